import { Button, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, done } from '@/api/client'
import type { Suppression } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'

/** Asks, then lets an address be used again. */
export function confirmLift(suppression: Suppression) {
  const modalId = modals.open({
    title: i18n.t('contacts:liftTitle', { value: suppression.value }),
    children: <Lift suppression={suppression} onClose={() => modals.close(modalId)} />,
  })
}

function Lift({ suppression, onClose }: { suppression: Suppression; onClose: () => void }) {
  const { t } = useTranslation(['contacts', 'common'])
  const queries = useQueryClient()
  const lift = useMutation({
    meta: { quiet: true },
    mutationFn: () => done(api.DELETE('/api/suppressions/{id}', { params: { path: { id: suppression.id } } })),
    onSuccess: async () => {
      toastDone(t('lifted', { value: suppression.value }))
      onClose()
      await Promise.all([queries.invalidateQueries({ queryKey: ['suppressions'] }), queries.invalidateQueries({ queryKey: ['contacts'] })])
    },
  })
  return (
    <Stack>
      <Text size="sm">{t('liftText', { channel: t(`channels.${suppression.channel}`), reason: suppression.reason })}</Text>
      {lift.isError && <FailureNote error={lift.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>{t('common:action.cancel')}</Button>
        <Button color="red" loading={lift.isPending} onClick={() => lift.mutate()}>{t('liftConfirm')}</Button>
      </Group>
    </Stack>
  )
}
