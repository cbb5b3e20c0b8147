import type { ClientRect, CollisionDetection, DroppableContainer } from '@dnd-kit/core'
import { expect, test } from 'vitest'
import { passed } from './passed'

const rect = (top: number, height: number): ClientRect => ({ top, height, bottom: top + height, left: 0, right: 100, width: 100 })
const column = new Map([['low', rect(0, 60)], ['tall', rect(70, 400)], ['last', rect(480, 60)]])

/** Which one's place is taken by the active one when its top is there. */
function over(active: string, top: number) {
  const args = {
    active: { id: active }, collisionRect: rect(top, column.get(active)!.height), droppableRects: column,
    droppableContainers: [...column.keys()].map((id) => ({ id }) as DroppableContainer), pointerCoordinates: null,
  }
  return passed(args as unknown as Parameters<CollisionDetection>[0])[0]?.id
}

test('a tall thing takes the place of a low one above and below it', () => {
  expect(over('tall', 70)).toBe('tall')
  expect(over('tall', 40)).toBe('tall')
  expect(over('tall', 20)).toBe('low')
  expect(over('tall', 115)).toBe('last')
})

test('a low thing takes the place of a tall one once it has passed its middle', () => {
  expect(over('low', 150)).toBe('low')
  expect(over('low', 230)).toBe('tall')
  expect(over('low', 480)).toBe('last')
  expect(over('last', 300)).toBe('last')
  expect(over('last', 250)).toBe('tall')
  expect(over('last', 0)).toBe('low')
})
