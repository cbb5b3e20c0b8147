import { Badge, Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPlugX, IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useCan } from '@/api/me'
import type { Integration } from '@/api/schema'
import { confirmDisconnect } from './confirm'
import { integrationsQuery } from './queries'
import { WebhookAddress } from './WebhookAddress'

const example = `POST … HTTP/1.1
Content-Type: application/json

{"contact": {"name": "Asha Rao", "phone": "98450 12345"}, "lead_source": "Website"}`

/** The address to which outside systems send leads. */
export function LeadWebhook({ integration }: { integration: Integration }) {
  const { t } = useTranslation('settings')
  const can = useCan()
  const queries = useQueryClient()
  const make = useMutation({
    mutationFn: () => answer(api.POST('/api/integrations/{kind}/rotate-token', { params: { path: { kind: 'leads' } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: integrationsQuery.queryKey }),
  })
  const { connected, webhook_url } = integration
  return (
    <Paper withBorder p="md" component="section" aria-label={t('kind.leads')}>
      <Stack gap="sm">
        <Group gap="xs">
          <Title order={2} size="h4">{t('kind.leads')}</Title>
          <Badge variant="light" color={connected ? 'teal' : 'gray'}>{connected ? t('open') : t('closed')}</Badge>
        </Group>
        <Text size="sm" c="dimmed">{t('kindAbout.leads')}</Text>
        {connected && !webhook_url && <Text size="sm">{t('webhookHidden')}</Text>}
        {webhook_url && (
          <>
            <WebhookAddress integration={integration} />
            <Code block>{example}</Code>
          </>
        )}
        {can('administer') && (
          <Group>
            {connected
              ? <Button size="xs" variant="subtle" color="red" leftSection={<IconPlugX size={14} />} onClick={() => confirmDisconnect('leads')}>{t('close')}</Button>
              : <Button size="xs" leftSection={<IconPlus size={14} />} loading={make.isPending} onClick={() => make.mutate()}>{t('makeAddress')}</Button>}
          </Group>
        )}
      </Stack>
    </Paper>
  )
}
