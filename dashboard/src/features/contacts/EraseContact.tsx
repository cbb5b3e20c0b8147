import { Alert, Button, Group, List, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, done } from '@/api/client'
import type { ContactWithFacts } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'
import { called } from './values'

/** Says what erasing does, and does it. */
export function confirmErase(contact: ContactWithFacts, erased: () => void) {
  const modalId = modals.open({
    title: i18n.t('contacts:eraseTitle', { name: called(contact) }),
    children: <EraseContact contact={contact} onClose={() => modals.close(modalId)} onErased={erased} />,
  })
}

function EraseContact({ contact, onClose, onErased }: { contact: ContactWithFacts; onClose: () => void; onErased: () => void }) {
  const { t } = useTranslation(['contacts', 'common'])
  const queries = useQueryClient()
  const running = contact.executions.running ?? 0
  const erase = useMutation({
    meta: { quiet: true },
    mutationFn: () => done(api.DELETE('/api/contacts/{id}', { params: { path: { id: contact.id } } })),
    onSuccess: () => {
      toastDone(t('erased'))
      onClose()
      onErased()
      queries.removeQueries({ queryKey: ['contacts', 'one', contact.id] })
      return queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
    },
  })
  return (
    <Stack>
      {running > 0 && <Alert color="yellow" icon={<IconAlertTriangle />}>{t('eraseRunning', { count: running })}</Alert>}
      <List size="sm" spacing={6}>
        <List.Item>{t('eraseGone')}</List.Item>
        <List.Item>{t('eraseKept')}</List.Item>
        <List.Item>{contact.do_not_contact ? t('eraseRefusal') : t('eraseSuppressions')}</List.Item>
      </List>
      <Text size="sm" fw={600}>{t('eraseFinal')}</Text>
      {erase.isError && <FailureNote error={erase.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>{t('common:action.cancel')}</Button>
        <Button color="red" loading={erase.isPending} onClick={() => erase.mutate()}>{t('eraseConfirm')}</Button>
      </Group>
    </Stack>
  )
}
