import { ActionIcon, Button, Code, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Integration } from '@/api/schema'
import { confirmRotate } from './confirm'

/** Where the provider, or an outside system, sends to. */
export function WebhookAddress({ integration: { kind, webhook_url } }: { integration: Integration }) {
  const { t } = useTranslation('settings')
  const can = useCan()
  if (!webhook_url) return null
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>{t('webhook')}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code style={{ overflowWrap: 'anywhere', flex: '0 1 auto' }} p={6}>{webhook_url}</Code>
        <CopyButton value={webhook_url}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t('copied') : t('copy')}>
              <ActionIcon variant="default" size="lg" aria-label={t('copyOf', { name: t(`kind.${kind}`) })} onClick={copy}>{copied ? <IconCheck size={16} /> : <IconCopy size={16} />}</ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
      <Text size="xs" c="dimmed">{t(`webhookAbout.${kind}`)}</Text>
      {kind !== 'whatsapp' && can('administer') && (
        <Button size="xs" variant="subtle" leftSection={<IconRefresh size={14} />} style={{ alignSelf: 'flex-start' }} onClick={() => confirmRotate(kind)}>{t('rotate')}</Button>
      )}
    </Stack>
  )
}
