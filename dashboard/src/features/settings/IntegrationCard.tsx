import { Alert, Badge, Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { IconPlugConnected, IconPlugX, IconStethoscope } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useCan } from '@/api/me'
import type { Integration } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { Moment } from '@/components/Moment'
import { confirmDisconnect } from './confirm'
import { WebhookAddress } from './WebhookAddress'

interface Props {
  kind: 'bolna' | 'whatsapp' | 'email'
  integration: Integration
  /** What is set, in words; what is empty is left out. */
  facts: [label: string, value: string | undefined][]
  /** The form that connects or changes it. It closes itself when it has saved. */
  form: (close: (saved: boolean) => void) => ReactNode
}

/** One provider: whether it is connected and works, and how. */
export function IntegrationCard({ kind, integration, facts, form }: Props) {
  const { t } = useTranslation('settings')
  const { connected, has_secret, updated_at, webhook_url } = integration
  const can = useCan()
  const queries = useQueryClient()
  const [editing, setEditing] = useState(false)
  const check = useMutation({
    meta: { quiet: true },
    mutationFn: () => answer(api.POST('/api/integrations/{kind}/check', { params: { path: { kind } } })),
  })
  const close = (saved: boolean) => {
    setEditing(false)
    if (saved) {
      void queries.invalidateQueries({ queryKey: ['integrations'] })
      check.mutate()
    }
  }
  const told: [string, ReactNode][] = facts.filter(([, value]) => value)
  if (connected) told.push([t(`secret.${kind}`), has_secret ? t('secretSet') : t('secretNone')], [t('changed'), <Moment key="at" at={updated_at} />])
  return (
    <Paper withBorder p="md" component="section" aria-label={t(`kind.${kind}`)}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={2} size="h4">{t(`kind.${kind}`)}</Title>
            <Badge variant="light" color={connected ? 'teal' : 'gray'}>{connected ? t('connected') : t('notConnected')}</Badge>
          </Group>
          <Group gap="xs">
            {connected && can('write') && (
              <Button size="xs" variant="light" leftSection={<IconStethoscope size={14} />} loading={check.isPending} onClick={() => check.mutate()}>{t('check')}</Button>
            )}
            {can('administer') && !editing && (
              <Button size="xs" variant={connected ? 'default' : 'filled'} leftSection={<IconPlugConnected size={14} />} onClick={() => setEditing(true)}>{connected ? t('change') : t('connect')}</Button>
            )}
          </Group>
        </Group>
        <Text size="sm" c="dimmed">{t(`kindAbout.${kind}`)}</Text>
        {check.data && <Alert color={check.data.ok ? 'teal' : 'red'} role="status" title={check.data.ok ? t('works') : t('worksNot')}>{check.data.message}</Alert>}
        {check.isError && <FailureNote error={check.error} />}
        {editing ? form(close) : told.length > 0 && (
          <Table layout="fixed" withRowBorders={false} verticalSpacing={3} style={{ overflowWrap: 'anywhere' }}>
            <Table.Tbody>
              {told.map(([label, value]) => <Table.Tr key={label}><Table.Th w={{ base: 130, sm: 190 }} c="dimmed" fw={400}>{label}</Table.Th><Table.Td>{value}</Table.Td></Table.Tr>)}
            </Table.Tbody>
          </Table>
        )}
        {webhook_url && <WebhookAddress integration={integration} />}
        {connected && !editing && can('administer') && (
          <Group>
            <Button size="xs" variant="subtle" color="red" leftSection={<IconPlugX size={14} />} onClick={() => { check.reset(); confirmDisconnect(kind) }}>{t('disconnect')}</Button>
          </Group>
        )}
      </Stack>
    </Paper>
  )
}
