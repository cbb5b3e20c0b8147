import { Button, Group, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import { fieldErrors } from '@/lib/fieldErrors'

interface Props {
  /** Saves what the form holds. */
  save: () => Promise<unknown>
  /** The fields that show what the server says of them. */
  fields: readonly string[]
  /** Whether all that must be filled is. */
  ready: boolean
  onClose: (saved: boolean) => void
  children: (errors: Record<string, string>) => ReactNode
}

/** The frame of a form that connects a provider: it is replaced whole, and then checked. */
export function ConnectForm({ save, fields, ready, onClose, children }: Props) {
  const { t } = useTranslation(['settings', 'common'])
  const mutation = useMutation({
    meta: { quiet: true },
    mutationFn: save,
    onSuccess: () => {
      toastDone(t('saved'))
      onClose(true)
    },
  })
  const { errors, rest } = fieldErrors(mutation.error, fields)
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); if (ready) mutation.mutate() }}>
      <Stack gap="sm">
        {children(errors)}
        {Boolean(rest) && <FailureNote error={rest} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onClose(false)}>{t('common:action.cancel')}</Button>
          <Button type="submit" loading={mutation.isPending} disabled={!ready}>{t('saveAndCheck')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
