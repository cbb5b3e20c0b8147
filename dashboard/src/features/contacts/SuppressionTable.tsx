import { ActionIcon, Badge, Paper, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Suppression } from '@/api/schema'
import { Moment } from '@/components/Moment'
import { confirmLift } from './LiftSuppression'
import type { Channel } from './search'

export function ChannelBadge({ channel }: { channel: Channel }) {
  const { t } = useTranslation('contacts')
  return <Badge variant="light" color={channel === 'all' ? 'red' : 'orange'} style={{ flexShrink: 0 }}>{t(`channels.${channel}`)}</Badge>
}

export function SuppressionTable({ rows }: { rows: readonly Suppression[] }) {
  const { t } = useTranslation('contacts')
  const can = useCan()
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('address')}</Table.Th>
            <Table.Th visibleFrom="sm" w={150}>{t('channel')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('reason')}</Table.Th>
            <Table.Th w={{ base: 90, sm: 130 }}>{t('added')}</Table.Th>
            {can('administer') && <Table.Th w={50}><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id} data-testid="suppression">
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {row.value}
                <Text size="xs" c="dimmed" hiddenFrom="sm">{t(`channels.${row.channel}`)} · {row.reason}</Text>
              </Table.Td>
              <Table.Td visibleFrom="sm"><ChannelBadge channel={row.channel} /></Table.Td>
              <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                {row.reason}
                {row.created_by && <Text size="xs" c="dimmed">{row.created_by}</Text>}
              </Table.Td>
              <Table.Td><Moment at={row.created_at} /></Table.Td>
              {can('administer') && (
                <Table.Td>
                  <ActionIcon variant="subtle" color="gray" aria-label={t('lift', { value: row.value })} onClick={() => confirmLift(row)}><IconTrash size={16} /></ActionIcon>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
