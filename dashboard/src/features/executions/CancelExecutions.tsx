import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import type { BulkCancelFilter } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'

/** One execution, some by their ids, or all running ones that a filter selects. */
export type Which = { id: string } | { ids: string[] } | { filter: BulkCancelFilter; about: number }

/** Asks for a reason, then cancels. */
export function confirmCancel(which: Which, after?: () => void) {
  const count = 'id' in which ? 1 : 'ids' in which ? which.ids.length : which.about
  const modalId = modals.open({
    title: i18n.t('executions:cancelTitle', { count }),
    children: <CancelForm which={which} onClose={() => modals.close(modalId)} onDone={after} />,
  })
}

async function cancel(which: Which, reason: string): Promise<number> {
  const why = reason.trim() ? { reason: reason.trim() } : {}
  if ('id' in which) {
    await answer(api.POST('/api/auto-engagement/executions/{id}/cancel', { params: { path: { id: which.id } }, body: why }))
    return 1
  }
  const body = 'ids' in which ? { ids: which.ids, ...why } : { filter: which.filter, ...why }
  return (await answer(api.POST('/api/auto-engagement/executions/bulk-cancel', { body }))).cancelled
}

function CancelForm({ which, onClose, onDone }: { which: Which; onClose: () => void; onDone?: () => void }) {
  const { t } = useTranslation(['executions', 'common'])
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const mutation = useMutation({
    meta: { quiet: true },
    mutationFn: () => cancel(which, reason),
    onSuccess: (count) => {
      toastDone(t('cancelled', { count }))
      onClose()
      onDone?.()
      return queries.invalidateQueries({ queryKey: ['executions'] })
    },
  })
  return (
    <form onSubmit={(event) => { event.preventDefault(); mutation.mutate() }}>
      <Stack>
        <Text size="sm">{t('cancelText')}</Text>
        <TextInput label={t('cancelReason')} placeholder={t('cancelReasonHint')} value={reason} maxLength={500} data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)} />
        {mutation.isError && <FailureNote error={mutation.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('cancelNot')}</Button>
          <Button color="red" type="submit" loading={mutation.isPending}>{t('cancelConfirm')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
