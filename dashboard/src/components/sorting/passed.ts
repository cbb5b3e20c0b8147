import type { CollisionDetection } from '@dnd-kit/core'

/**
 * Of things below each other, the one whose place the dragged one takes: the
 * furthest whose middle its leading edge has passed. Comparing the middles of
 * both would never let a tall thing take the place of a low one.
 */
export const passed: CollisionDetection = ({ active, collisionRect, droppableContainers, droppableRects }) => {
  const own = droppableRects.get(active.id)
  if (!own) return []
  const column = droppableContainers
    .flatMap((container) => {
      const rect = droppableRects.get(container.id)
      return rect ? [{ container, top: rect.top, middle: rect.top + rect.height / 2 }] : []
    })
    .sort((a, b) => a.top - b.top)
  const over = collisionRect.top < own.top
    ? column.find(({ top, middle }) => top <= own.top && middle >= collisionRect.top)
    : column.findLast(({ top, middle }) => top >= own.top && middle <= collisionRect.bottom)
  return over ? [{ id: over.container.id, data: { droppableContainer: over.container, value: 0 } }] : []
}
