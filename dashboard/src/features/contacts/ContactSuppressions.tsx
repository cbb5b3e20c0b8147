import { ActionIcon, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconBan, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { ContactWithFacts } from '@/api/schema'
import { Moment } from '@/components/Moment'
import { confirmLift } from './LiftSuppression'
import { ChannelBadge } from './SuppressionTable'
import { openSuppress } from './Suppress'

/** What stops a contact's phone or e-mail from being used. */
export function ContactSuppressions({ contact }: { contact: ContactWithFacts }) {
  const { t } = useTranslation('contacts')
  const can = useCan()
  const addresses = [
    ...(contact.phone && contact.phone_valid ? [{ kind: 'phone' as const, value: contact.phone }] : []),
    ...(contact.email ? [{ kind: 'email' as const, value: contact.email }] : []),
  ]
  return (
    <Paper withBorder p="md" h="100%">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">{t('suppressions')}</Title>
        {can('write') && addresses.length > 0 && (
          <Button size="xs" variant="light" color="red" leftSection={<IconBan size={14} />} onClick={() => openSuppress(addresses)}>{t('suppress')}</Button>
        )}
      </Group>
      {contact.suppressions.length === 0 && <Text size="sm" c="dimmed">{t('noSuppressions')}</Text>}
      <Stack gap="sm">
        {contact.suppressions.map((one) => (
          <Group key={one.id} justify="space-between" wrap="nowrap" align="flex-start" data-testid="suppression">
            <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
              <Group gap="xs"><ChannelBadge channel={one.channel} /><Text size="sm" fw={600}>{one.value}</Text></Group>
              <Text size="xs" c="dimmed">{one.reason} · <Moment at={one.created_at} /></Text>
            </div>
            {can('administer') && (
              <ActionIcon variant="subtle" color="gray" aria-label={t('lift', { value: one.value })} onClick={() => confirmLift(one)}><IconTrash size={16} /></ActionIcon>
            )}
          </Group>
        ))}
      </Stack>
    </Paper>
  )
}
