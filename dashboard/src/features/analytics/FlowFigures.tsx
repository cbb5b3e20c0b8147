import { Badge, Box, Button, Group, ScrollArea, Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconDownload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { FlowTally } from '@/api/schema'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { PriorityBadge } from '@/domain/priority'
import { useFormat } from '@/i18n/format'
import { csv } from '@/lib/csv'
import { download } from '@/lib/download'
import type { Days, SortKey } from './search'
import { Section } from './Section'
import { Nothing } from './Charts'

const values: Record<SortKey, (flow: FlowTally) => string | number> = {
  priority: (f) => f.priority,
  name: (f) => f.flow_name.toLocaleLowerCase(),
  executions: (f) => f.execution_count,
  successes: (f) => f.success_count,
  failures: (f) => f.failure_count,
  rate: (f) => (f.success_rate === '0' ? -1 : Number(f.success_rate)),
  last: (f) => f.last_execution ?? '',
}

export function sorted(flows: FlowTally[], key: SortKey, desc: boolean): FlowTally[] {
  const of = values[key]
  const compare = (a: string | number, b: string | number) => (typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : Number(a) - Number(b))
  return flows.toSorted((a, b) => (desc ? -1 : 1) * compare(of(a), of(b)) || a.priority - b.priority)
}

interface Props {
  flows: FlowTally[]
  days: Days
  sort: SortKey
  desc: boolean
  onSort: (key: SortKey, desc: boolean) => void
}

/** How each flow did, sorted by any column. */
export function FlowFigures({ flows, days, sort, desc, onSort }: Props) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const columns: { key: SortKey; name: string; right?: boolean }[] = [
    { key: 'priority', name: t('column.priority') },
    { key: 'name', name: t('column.flow') },
    { key: 'executions', name: t('executions'), right: true },
    { key: 'successes', name: t('successes'), right: true },
    { key: 'failures', name: t('failed'), right: true },
    { key: 'rate', name: t('successRate'), right: true },
    { key: 'last', name: t('column.last') },
  ]
  const rows = sorted(flows, sort, desc)
  const save = () => download(`flows-${days.from}-${days.to}.csv`, csv([
    ['flow_id', 'flow_name', 'priority', 'is_enabled', 'execution_count', 'success_count', 'failure_count', 'success_rate', 'last_execution'],
    ...rows.map((f) => [f.flow_id, f.flow_name, f.priority, String(f.is_enabled), f.execution_count, f.success_count, f.failure_count, Number(f.success_rate), f.last_execution]),
  ]), 'text/csv;charset=utf-8')
  if (flows.length === 0) return <Section title={t('flows')}><Nothing /></Section>
  return (
    <Section title={t('flows')} actions={
      <Button variant="subtle" size="compact-sm" leftSection={<IconDownload size={14} />} onClick={save}>{t('flowsCsv')}</Button>
    }>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('flows') }}>
        <Table highlightOnHover verticalSpacing="xs" miw={820}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ key, name, right }) => (
                <Table.Th key={key} aria-sort={sort === key ? (desc ? 'descending' : 'ascending') : undefined}>
                  <UnstyledButton fz="sm" fw={600} w="100%" onClick={() => onSort(key, sort === key ? !desc : key !== 'priority' && key !== 'name')}>
                    <Group gap={4} wrap="nowrap" justify={right ? 'flex-end' : 'flex-start'}>
                      {name}
                      {sort !== key ? <IconArrowsSort size={13} opacity={0.4} aria-hidden /> : desc ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />}
                    </Group>
                  </UnstyledButton>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((f) => (
              <Table.Tr key={f.flow_id} data-testid="flow">
                <Table.Td><PriorityBadge priority={f.priority} /></Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere', minWidth: 160 }}>
                  <Group gap="xs">
                    <AnchorLink to="/auto-engagement/$id/edit" params={{ id: f.flow_id }} fz="sm" fw={600} c="var(--mantine-color-text)">{f.flow_name}</AnchorLink>
                    {!f.is_enabled && <Badge size="xs" variant="outline" color="gray">{t('disabled')}</Badge>}
                  </Group>
                </Table.Td>
                <Table.Td ta="right">
                  <AnchorLink fz="sm" to="/auto-engagement/executions" search={{ flow_id: f.flow_id, ...days }} aria-label={t('executionsOf', { name: f.flow_name, count: f.execution_count, replace: { name: f.flow_name, count: format.number(f.execution_count) } })}>
                    {format.number(f.execution_count)}
                  </AnchorLink>
                </Table.Td>
                <Table.Td ta="right">{format.number(f.success_count)}</Table.Td>
                <Table.Td ta="right">{format.number(f.failure_count)}</Table.Td>
                <Table.Td ta="right">{f.success_rate === '0' ? '–' : <Box component="span">{format.percent(Number(f.success_rate) / 100)}</Box>}</Table.Td>
                <Table.Td><Moment at={f.last_execution} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Section>
  )
}
