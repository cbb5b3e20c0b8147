import { Box, Divider, Group, Paper, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import en from './messages.en'
import { type ConditionCheck, groupsOf, valueText } from './decision'

const has = <M extends object>(messages: M, key: string): key is Extract<keyof M, string> => key in messages

/** Says conditions in words: "Lead source is “IndiaMART”". */
export function useConditionWords() {
  const { t } = useTranslation('decision')
  return ({ type, operator, value, custom_field_name }: Pick<ConditionCheck, 'type' | 'operator' | 'value' | 'custom_field_name'>) => {
    const name = custom_field_name ?? ''
    const subject = type === 'contact_field' ? (has(en.field, name) ? t(`field.${name}`) : name) : has(en.type, type) ? t(`type.${type}`, { name }) : type
    const shown = { value: `“${value ?? ''}”` }
    return `${subject} ${has(en.operator, operator) ? t(`operator.${operator}`, shown) : `${operator} ${shown.value}`}`
  }
}

/** Each condition with what the lead had, by groups: one group of which all hold is enough. */
export function Conditions({ checks }: { checks: readonly ConditionCheck[] }) {
  const { t } = useTranslation('decision')
  const groups = groupsOf(checks)
  if (groups.length === 0) return <Text size="sm">{t('always')}</Text>
  return (
    <Stack gap={6}>
      {groups.map((group, i) => (
        <Fragment key={i}>
          {i > 0 && <Divider label={t('or')} labelPosition="left" />}
          <Paper withBorder p="xs" component="section" aria-label={groups.length > 1 ? t('group', { number: i + 1 }) : undefined}>
            <Stack gap={8} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
              {group.map((check, k) => <Check key={k} check={check} />)}
            </Stack>
          </Paper>
        </Fragment>
      ))}
    </Stack>
  )
}

function Check({ check }: { check: ConditionCheck }) {
  const { t } = useTranslation('decision')
  const words = useConditionWords()
  const value = valueText(check.contact_value)
  const note = check.note && has(en.note, check.note) ? t(`note.${check.note}`) : check.note
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <ThemeIcon size={20} radius="xl" variant="light" color={check.result ? 'teal' : 'red'} role="img" aria-label={t(check.result ? 'holds' : 'fails')}>
        {check.result ? <IconCheck size={13} stroke={2.5} /> : <IconX size={13} stroke={2.5} />}
      </ThemeIcon>
      <Box style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        <Text size="sm" fw={550}>{words(check)}</Text>
        <Text size="sm" c="dimmed">
          {t('was')} {value === undefined ? <em>{t('missing')}</em> : <Text span c="var(--mantine-color-text)">“{value}”</Text>}
          {note && value !== undefined && ` – ${note}`}
        </Text>
      </Box>
    </Group>
  )
}
