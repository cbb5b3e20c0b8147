import { ActionIcon, Badge, Checkbox, Group, Paper, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconCircleX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Execution } from '@/api/schema'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { StatusBadge } from '@/components/StatusBadge'
import { useFormat } from '@/i18n/format'
import { confirmCancel } from './CancelExecutions'
import type { Column } from './columns'

interface Props {
  rows: readonly Execution[]
  /** Those that are shown; the contact always is. */
  columns: readonly Column[]
  selected: ReadonlySet<string>
  onSelect: (selected: ReadonlySet<string>) => void
}

export function ExecutionTable({ rows, columns, selected, onSelect }: Props) {
  const { t } = useTranslation('executions')
  const can = useCan()
  const format = useFormat()
  const has = (column: Column) => columns.includes(column)
  const running = rows.filter((row) => row.status === 'running')
  const toggle = (ids: string[], on: boolean) => {
    const next = new Set(selected)
    ids.forEach((id) => (on ? next.add(id) : next.delete(id)))
    onSelect(next)
  }
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {can('write') && (
              <Table.Th w={40} visibleFrom="sm">
                <Checkbox aria-label={t('all')} disabled={running.length === 0} checked={running.length > 0 && running.every((row) => selected.has(row.id))}
                  indeterminate={running.some((row) => selected.has(row.id)) && !running.every((row) => selected.has(row.id))}
                  onChange={(event) => toggle(running.map((row) => row.id), event.currentTarget.checked)} />
              </Table.Th>
            )}
            {has('status') && <Table.Th visibleFrom="sm" w={130}>{t('column.status')}</Table.Th>}
            <Table.Th>{t('column.contact')}</Table.Th>
            {has('flow') && <Table.Th visibleFrom="sm">{t('column.flow')}</Table.Th>}
            {has('version') && <Table.Th visibleFrom="md" w={80}>{t('column.version')}</Table.Th>}
            {has('step') && <Table.Th visibleFrom="lg" w={70}>{t('column.step')}</Table.Th>}
            {has('triggered') && <Table.Th w={{ base: 90, sm: 130 }}>{t('column.triggered')}</Table.Th>}
            {has('completed') && <Table.Th visibleFrom="md" w={130}>{t('column.completed')}</Table.Th>}
            {has('took') && <Table.Th visibleFrom="md" w={100}>{t('column.took')}</Table.Th>}
            {has('error') && <Table.Th visibleFrom="md">{t('column.error')}</Table.Th>}
            {can('write') && <Table.Th w={50}><VisuallyHidden>{t('column.actions')}</VisuallyHidden></Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            const name = row.contact_name || row.contact_phone || t('noName')
            return (
              <Table.Tr key={row.id} data-testid="execution">
                {can('write') && (
                  <Table.Td visibleFrom="sm">
                    {row.status === 'running' && (
                      <Checkbox aria-label={t('select', { name })} checked={selected.has(row.id)} onChange={(event) => toggle([row.id], event.currentTarget.checked)} />
                    )}
                  </Table.Td>
                )}
                {has('status') && <Table.Td visibleFrom="sm"><StatusBadge status={row.status} /></Table.Td>}
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <AnchorLink to="/auto-engagement/executions/$id" params={{ id: row.id }} fw={600} c="var(--mantine-color-text)" aria-label={t('open', { name })}>{name}</AnchorLink>
                  {row.contact_name && <Text size="xs" c="dimmed">{row.contact_phone}</Text>}
                  <Group gap={6} mt={4} hiddenFrom="sm"><StatusBadge status={row.status} /><Text size="xs">{row.flow_name ?? t('goneFlow')}</Text></Group>
                </Table.Td>
                {has('flow') && (
                  <Table.Td visibleFrom="sm">
                    <Text size="sm" lineClamp={1}>{row.flow_name ?? t('goneFlow')}</Text>
                    {row.is_test_run && <Badge size="xs" variant="outline">{t('test')}</Badge>}
                  </Table.Td>
                )}
                {has('version') && <Table.Td visibleFrom="md">{row.flow_version}</Table.Td>}
                {has('step') && <Table.Td visibleFrom="lg">{row.current_action_step || '–'}</Table.Td>}
                {has('triggered') && <Table.Td><Moment at={row.triggered_at} /></Table.Td>}
                {has('completed') && <Table.Td visibleFrom="md"><Moment at={row.completed_at} /></Table.Td>}
                {has('took') && <Table.Td visibleFrom="md">{row.completed_at ? format.duration((Date.parse(row.completed_at) - Date.parse(row.triggered_at)) / 1000) : '–'}</Table.Td>}
                {has('error') && <Table.Td visibleFrom="md"><Text size="sm" lineClamp={2} title={row.error_message ?? undefined}>{row.error_message ?? '–'}</Text></Table.Td>}
                {can('write') && (
                  <Table.Td>
                    {row.status === 'running' && (
                      <ActionIcon variant="subtle" color="red" aria-label={`${t('cancel')} ${name}`} onClick={() => confirmCancel({ id: row.id })}><IconCircleX size={16} /></ActionIcon>
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
