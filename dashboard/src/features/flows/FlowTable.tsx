import { closestCenter, DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core'
import { restrictToParentElement, restrictToVerticalAxis } from '@dnd-kit/modifiers'
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { Paper, Table, VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ListedFlow } from '@/api/flows'
import { useCan } from '@/api/me'
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
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const draggable = can('write') && shown.length === all.length && all.length > 1
  const place = (id: unknown) => all.findIndex((flow) => flow.id === id)
  const words = (id: unknown, at: unknown) => ({ name: all[place(id)]?.name ?? '', place: place(at) + 1, count: all.length })
  const drop = ({ active, over }: DragEndEvent) => {
    if (over && over.id !== active.id) reorder(moved(all, place(active.id), place(over.id)))
  }
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} modifiers={[restrictToVerticalAxis, restrictToParentElement]} onDragEnd={drop}
      accessibility={{
        screenReaderInstructions: { draggable: t('drag.instructions') },
        announcements: {
          onDragStart: ({ active }) => t('drag.start', words(active.id, active.id)),
          onDragOver: ({ active, over }) => (over ? t('drag.over', words(active.id, over.id)) : undefined),
          onDragEnd: ({ active, over }) => t('drag.end', words(active.id, over?.id ?? active.id)),
          onDragCancel: ({ active }) => t('drag.cancel', words(active.id, active.id)),
        },
      }}>
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
            <SortableContext items={shown.map((flow) => flow.id)} strategy={verticalListSortingStrategy} disabled={!draggable}>
              {shown.map((flow) => <FlowRow key={flow.id} flow={flow} trend={trends?.get(flow.id)} draggable={draggable} />)}
            </SortableContext>
          </Table.Tbody>
        </Table>
      </Paper>
    </DndContext>
  )
}
