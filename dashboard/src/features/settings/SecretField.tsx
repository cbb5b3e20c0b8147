import { Anchor, Group, Input, PasswordInput, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** A secret as a form holds it: undefined keeps the stored one, null takes it away. */
export type Secret = string | null | undefined

/** What is sent of a secret: nothing where it is kept. */
export const secretBody = (secret: Secret) => (secret === undefined || secret === '' ? {} : { secret })

interface Props {
  label: string
  description?: string
  /** Whether one is stored; it is never shown. */
  stored: boolean
  removable?: boolean
  value: Secret
  onChange: (value: Secret) => void
  error?: string
}

export function SecretField({ label, description, stored, removable, value, onChange, error }: Props) {
  const { t } = useTranslation(['settings', 'common'])
  if (stored && (value === undefined || value === null))
    return (
      <Input.Wrapper label={label} labelElement="div" error={error}>
        <Group gap="sm">
          <Text size="sm" c="dimmed">{value === null ? t('secretGoes') : t('secretStored')}</Text>
          {value === null
            ? <Anchor component="button" type="button" size="sm" onClick={() => onChange(undefined)}>{t('secretKeep')}</Anchor>
            : <Anchor component="button" type="button" size="sm" onClick={() => onChange('')}>{t('secretReplace')}</Anchor>}
          {removable && value === undefined && <Anchor component="button" type="button" size="sm" c="red" onClick={() => onChange(null)}>{t('secretRemove')}</Anchor>}
        </Group>
      </Input.Wrapper>
    )
  return (
    <div>
      <PasswordInput label={label} description={description} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)} error={error} autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('secretShow') }} />
      {stored && <Anchor component="button" type="button" size="xs" onClick={() => onChange(undefined)}>{t('secretKeep')}</Anchor>}
    </div>
  )
}
