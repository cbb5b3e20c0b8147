import { Paper, Table, VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ListedFlow } from '@/api/flows'
import { useCan } from '@/api/me'
import { Sorting } from '@/components/sorting'
import { useReorder } from './changes'
import { FlowRow } from './FlowRow'
import { moved } from './reorder'
import { useTrends } from './trends'

interface Props {
  all: ListedFlow[]
  /** Those that the search left. The order is changed only where all are shown. */
  shown: ListedFlow[]
}

/** Flows by priority; dragged by mouse, touch or keyboard. */
export function FlowTable({ all, shown }: Props) {
  const { t } = useTranslation('flows')
  const can = useCan()
  const reorder = useReorder()
  const trends = useTrends()
  const draggable = can('write') && shown.length === all.length && all.length > 1
  const place = (id: string) => all.findIndex((flow) => flow.id === id)
  const words = (id: string, at: string) => ({ name: all[place(id)]?.name ?? '', place: place(at) + 1, count: all.length })
  return (
    <Sorting ids={shown.map((flow) => flow.id)} disabled={!draggable} onMove={(from, to) => reorder(moved(all, from, to))}
      instructions={t('drag.instructions')} say={(event, id, at) => t(`drag.${event}`, words(id, at))}>
      <Paper withBorder style={{ overflow: 'hidden' }}>
        <Table verticalSpacing="sm" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {can('write') && <Table.Th w={36}><VisuallyHidden>{t('column.priority')}</VisuallyHidden></Table.Th>}
              <Table.Th visibleFrom="sm" w={120}>{t('column.priority')}</Table.Th>
              <Table.Th>{t('column.name')}</Table.Th>
              <Table.Th visibleFrom="md">{t('column.steps')}</Table.Th>
              <Table.Th visibleFrom="lg" w={170}>{t('column.trend')}</Table.Th>
              <Table.Th w={90}>{t('column.enabled')}</Table.Th>
              <Table.Th w={52}><VisuallyHidden>{t('column.actions')}</VisuallyHidden></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((flow) => <FlowRow key={flow.id} flow={flow} trend={trends?.get(flow.id)} draggable={draggable} />)}
          </Table.Tbody>
        </Table>
      </Paper>
    </Sorting>
  )
}
