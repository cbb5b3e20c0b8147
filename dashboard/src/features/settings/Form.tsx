import { Button, Group, Stack, Text } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { FailureNote } from '@/components/FailureNote'

interface Props {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
  pending: boolean
  changed: boolean
  /** What no field shows. */
  error: unknown
  children: ReactNode
}

/** A form of settings; who may not change them sees them all the same. */
export function SettingsForm({ onSubmit, pending, changed, error, children }: Props) {
  const { t } = useTranslation(['settings', 'common'])
  const can = useCan()
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack maw={640}>
        {!can('write') && <Text size="sm" c="dimmed">{t('readOnly')}</Text>}
        <fieldset disabled={!can('write')} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}><Stack>{children}</Stack></fieldset>
        {Boolean(error) && <FailureNote error={error} />}
        {can('write') && <Group><Button type="submit" loading={pending} disabled={!changed}>{t('common:action.save')}</Button></Group>}
      </Stack>
    </form>
  )
}
