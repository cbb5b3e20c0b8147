import { Group, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Lead } from '@/api/schema'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { StatusBadge } from '@/components/StatusBadge'
import { OutcomeBadge } from './Outcome'

// What nobody took wants attention: it is marked, and says why.
const marks = { none: 'orange', rejected: 'red' } as const

export function LeadTable({ rows }: { rows: readonly Lead[] }) {
  const { t } = useTranslation('leads')
  const can = useCan()
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={{ base: 90, sm: 120 }}>{t('column.received')}</Table.Th>
            <Table.Th>{t('column.contact')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('column.source')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('column.decision')}</Table.Th>
            {can('write') && <Table.Th visibleFrom="md" w={200}><VisuallyHidden>{t('column.actions')}</VisuallyHidden></Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            const name = row.contact_name || row.contact_phone || t('noName')
            const mark = row.outcome === 'none' || row.outcome === 'rejected' ? marks[row.outcome] : undefined
            return (
              <Table.Tr key={row.id} data-testid="lead" bg={mark && `color-mix(in srgb, var(--mantine-color-${mark}-filled) 12%, transparent)`}>
                <Table.Td style={mark && { boxShadow: `inset 4px 0 0 var(--mantine-color-${mark}-filled)` }}><Moment at={row.received_at} /></Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <AnchorLink to="/leads/$id" params={{ id: row.id }} fw={600} c="var(--mantine-color-text)" aria-label={t('open', { name })}>{name}</AnchorLink>
                  {row.contact_name && <Text size="xs">{row.contact_phone}</Text>}
                  <Stack gap={4} mt={4} hiddenFrom="sm"><Text size="xs">{sourceOf(row)}</Text><Decided lead={row} /></Stack>
                </Table.Td>
                <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                  <Text size="sm">{row.lead_source || row.source}</Text>
                  {row.lead_source && <Text size="xs">{row.source}</Text>}
                </Table.Td>
                <Table.Td visibleFrom="sm"><Decided lead={row} /></Table.Td>
                {can('write') && (
                  <Table.Td visibleFrom="md">
                    {row.outcome === 'none' && (
                      <ButtonLink size="xs" variant="default" leftSection={<IconRoute size={14} />} to="/auto-engagement/create" search={{ lead: row.id }} aria-label={t('buildFor', { name })}>{t('build')}</ButtonLink>
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

const sourceOf = ({ lead_source, source }: Lead) => [lead_source, source].filter(Boolean).join(' · ')

/** The outcome with the reason, or what was started. Who is not to be contacted has an execution without a flow. */
function Decided({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads')
  return (
    <Stack gap={4} align="flex-start">
      {lead.outcome !== 'matched' && <OutcomeBadge outcome={lead.outcome} />}
      {lead.executions.map((one) => one.flow_name !== null && (
        <Group key={one.id} gap={6}>
          <StatusBadge status={one.status} />
          <AnchorLink size="sm" to="/auto-engagement/executions/$id" params={{ id: one.id }}>{t('execution', { flow: one.flow_name })}</AnchorLink>
        </Group>
      ))}
      {lead.reason && <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{lead.reason}</Text>}
    </Stack>
  )
}
