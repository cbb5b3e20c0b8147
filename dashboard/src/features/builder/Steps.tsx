import { DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core'
import { restrictToParentElement, restrictToVerticalAxis } from '@dnd-kit/modifiers'
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { Alert, Box, Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { StepIcon, stepTypes } from '@/domain/steps'
import { passed } from '@/lib/sorting'
import { useEditing } from './context'
import { timeHints } from './model/steps'
import { StepCard } from './StepCard'
import type { StepChanges } from './useSteps'
import { useWords } from './words'

/** The steps as a list, in their order; dragged by mouse, touch or keyboard. */
export function Steps({ changes }: { changes: StepChanges }) {
  const { t } = useTranslation('builder')
  const { draft, readOnly, issue } = useEditing()
  const words = useWords()
  const { steps } = draft
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const place = (id: unknown) => steps.findIndex((step) => step.key === id)
  const said = (id: unknown, at: unknown) => {
    const step = steps[place(id)]
    return { name: step ? words.label(step) : '', place: place(at) + 1, count: steps.length }
  }
  const drop = ({ active, over }: DragEndEvent) => {
    if (over && over.id !== active.id) changes.move(place(active.id), place(over.id))
  }
  const hints = timeHints(steps)
  const tooMany = issue('actions')
  return (
    <Stack gap="sm">
      {tooMany && <Alert color="red">{tooMany}</Alert>}
      {steps.length === 0 && <Text c="dimmed">{readOnly ? t('steps.noneReader') : t('steps.none')}</Text>}
      <DndContext sensors={sensors} collisionDetection={passed} modifiers={[restrictToVerticalAxis, restrictToParentElement]} onDragEnd={drop}
        accessibility={{
          screenReaderInstructions: { draggable: t('drag.instructions') },
          announcements: {
            onDragStart: ({ active }) => t('drag.start', said(active.id, active.id)),
            onDragOver: ({ active, over }) => (over ? t('drag.over', said(active.id, over.id)) : undefined),
            onDragEnd: ({ active, over }) => t('drag.end', said(active.id, over?.id ?? active.id)),
            onDragCancel: ({ active }) => t('drag.cancel', said(active.id, active.id)),
          },
        }}>
        <SortableContext items={steps.map((step) => step.key)} strategy={verticalListSortingStrategy} disabled={readOnly}>
          <Box component="ol" p={0} m={0} style={{ listStyle: 'none', display: 'grid', gap: 'var(--mantine-spacing-sm)' }}>
            {steps.map((step, index) => <StepCard key={step.key} step={step} index={index} hint={hints[index]} changes={changes} />)}
          </Box>
        </SortableContext>
      </DndContext>
      {!readOnly && <AddStep onAdd={(type) => changes.add(steps.length, type)} />}
    </Stack>
  )
}

function AddStep({ onAdd }: { onAdd: (type: (typeof stepTypes)[number]) => void }) {
  const { t } = useTranslation(['builder', 'common'])
  return (
    <Group gap="xs" role="group" aria-label={t('steps.add')}>
      <Text size="sm" fw={600} c="dimmed"><IconPlus size={14} style={{ verticalAlign: -2 }} aria-hidden /> {t('steps.add')}</Text>
      {stepTypes.map((type) => (
        <Button key={type} variant="default" size="sm" leftSection={<StepIcon type={type} size={22} />} onClick={() => onAdd(type)}>{t(`common:step.${type}`)}</Button>
      ))}
    </Group>
  )
}
