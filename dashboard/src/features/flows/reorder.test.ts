import { expect, test } from 'vitest'
import { applied, moved, reverse } from './reorder'

const flows = [{ id: 'a', priority: 0 }, { id: 'b', priority: 2 }, { id: 'c', priority: 5 }, { id: 'd', priority: 9 }]
const order = (list: { id: string }[]) => list.map(({ id }) => id).join('')

test.each([[0, 2, 'bcad'], [3, 0, 'dabc'], [1, 2, 'acbd'], [2, 2, 'abcd']])('moving %i to %i gives %s and uses the same numbers', (from, to, want) => {
  const after = applied(flows, moved(flows, from, to))
  expect(order(after)).toBe(want)
  expect(after.map(({ priority }) => priority)).toEqual([0, 2, 5, 9])
})

test('only flows between the two places change', () => {
  expect(moved(flows, 1, 2)).toEqual([{ id: 'c', priority: 2 }, { id: 'b', priority: 5 }])
  expect(moved(flows, 2, 2)).toEqual([])
})

test('the way back is the order before', () => {
  const changes = moved(flows, 0, 3)
  expect(applied(applied(flows, changes), reverse(flows, changes))).toEqual(flows)
})
