import { Group, Paper, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Import } from '@/api/schema'
import { Moment } from '@/components/Moment'
import { useFormat } from '@/i18n/format'

/** How many rows are read, and what became of them. */
export function RowProgress({ of: { progress, started_at, completed_at } }: { of: Import }) {
  const { t } = useTranslation('imports')
  const format = useFormat()
  const total = Math.max(progress.total ?? 0, progress.read, 1)
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb={6}>
        <Text size="sm" role="status">{t('rows', { read: format.number(progress.read), total: format.number(progress.total ?? progress.read) })}</Text>
        <Text size="sm">{format.percent(Math.min(progress.read / total, 1))}</Text>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section value={(progress.accepted / total) * 100} color="teal" aria-label={t('accepted')} />
        <Progress.Section value={(progress.rejected / total) * 100} color="red" aria-label={t('rejected')} />
      </Progress.Root>
      <Group gap="md" mt={6}>
        <Text size="xs">{t('acceptedRows', { count: progress.accepted, shown: format.number(progress.accepted) })}</Text>
        <Text size="xs" c={progress.rejected > 0 ? 'red' : 'dimmed'}>{t('rejectedRows', { count: progress.rejected, shown: format.number(progress.rejected) })}</Text>
        <Text size="xs" c="dimmed">{t('started')} <Moment at={started_at} /></Text>
        {completed_at && <Text size="xs" c="dimmed">{t('ended')} <Moment at={completed_at} /></Text>}
      </Group>
    </Paper>
  )
}
