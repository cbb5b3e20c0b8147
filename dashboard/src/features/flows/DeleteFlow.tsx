import { Button, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answerList, api } from '@/api/client'
import i18n from '@/i18n'
import { useDelete } from './changes'

interface Named {
  id: string
  name: string
}

/** Asks before a flow is deleted, and says what is running of it. */
export function confirmDelete(flow: Named) {
  const modalId = modals.open({
    title: i18n.t('flows:deleteTitle', { name: flow.name }),
    children: <DeleteFlow flow={flow} onClose={() => modals.close(modalId)} />,
  })
}

function DeleteFlow({ flow, onClose }: { flow: Named; onClose: () => void }) {
  const { t } = useTranslation(['flows', 'common'])
  const remove = useDelete()
  const running = useQuery({
    queryKey: ['executions', 'running of', flow.id],
    staleTime: 0,
    queryFn: ({ signal }) =>
      answerList(api.GET('/api/auto-engagement/flows/{id}/executions', { params: { path: { id: flow.id }, query: { status: 'running', limit: 1 } }, signal })),
  })
  const says = () => {
    if (running.isPending) return t('deleteLooking')
    const total = running.data?.meta.total
    if (total === undefined) return t('deleteUnknown')
    if (total === 0) return t('deleteIdle')
    return running.data?.meta.total_capped ? t('deleteRunningMany', { count: total }) : t('deleteRunning', { count: total })
  }
  return (
    <Stack>
      <Text size="sm" fw={600} role="status">{says()}</Text>
      <Text size="sm">{t('deleteText')}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>{t('common:action.cancel')}</Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(flow, { onSuccess: onClose })}>{t('deleteConfirm')}</Button>
      </Group>
    </Stack>
  )
}
