import { DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors } from '@dnd-kit/core'
import { restrictToParentElement, restrictToVerticalAxis } from '@dnd-kit/modifiers'
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { useLayoutEffect } from 'react'
import type { Part } from './part'
import { passed } from './passed'

export interface DragProps {
  /** In the order shown. */
  ids: string[]
  part: (id: string) => Part
  /** How to drag by keyboard, for those who hear the page. */
  instructions: string
  /** Tells those who hear the page where an item is: at the place of the item `at`. */
  say: (event: 'start' | 'over' | 'end' | 'cancel', id: string, at: string) => string
  /** Puts the item at a place, counted from 0, at another. */
  onMove: (from: number, to: number) => void
}

/**
 * Dragging for a list that already stands on the page. It moves the list's own
 * elements, so that nothing is drawn anew when this code arrives.
 */
export default function DragAndDrop({ ids, part, instructions, say, onMove }: DragProps) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  return (
    <DndContext sensors={sensors} collisionDetection={passed} modifiers={[restrictToVerticalAxis, restrictToParentElement]}
      onDragEnd={({ active, over }) => {
        if (over && over.id !== active.id) onMove(ids.indexOf(String(active.id)), ids.indexOf(String(over.id)))
      }}
      accessibility={{
        screenReaderInstructions: { draggable: instructions },
        announcements: {
          onDragStart: ({ active }) => say('start', String(active.id), String(active.id)),
          onDragOver: ({ active, over }) => (over ? say('over', String(active.id), String(over.id)) : undefined),
          onDragEnd: ({ active, over }) => say('end', String(active.id), String(over?.id ?? active.id)),
          onDragCancel: ({ active }) => say('cancel', String(active.id), String(active.id)),
        },
      }}>
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        {ids.map((id) => <Item key={id} id={id} part={part(id)} />)}
      </SortableContext>
    </DndContext>
  )
}

/** What makes a handle known as one to those who hear the page. */
const given = ['role', 'tabindex', 'aria-disabled', 'aria-pressed', 'aria-roledescription', 'aria-describedby']

function Item({ id, part }: { id: string; part: Part }) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id })
  // After every drawing: the list may have made its elements anew.
  useLayoutEffect(() => {
    const { item, handle } = part
    setNodeRef(item)
    setActivatorNodeRef(handle)
    part.listen(listeners)
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) handle?.removeAttribute(name)
      else handle?.setAttribute(name, String(value))
    }
    if (item) Object.assign(item.style, { transform: CSS.Translate.toString(transform) ?? '', transition: transition ?? '' })
    item?.toggleAttribute('data-dragged', isDragging)
  })
  useLayoutEffect(() => () => {
    part.listen(undefined)
    if (part.item) Object.assign(part.item.style, { transform: '', transition: '' })
    part.item?.removeAttribute('data-dragged')
    given.forEach((name) => part.handle?.removeAttribute(name))
  }, [part])
  return null
}
