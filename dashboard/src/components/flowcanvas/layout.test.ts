import { expect, test } from 'vitest'
import { dropIndex, layout, moved, sizes } from './layout'

const plain = { condition_type: null }
const always = { condition_type: 'always' }
const conditional = { condition_type: 'call_outcome' }

const lines = (drawn: ReturnType<typeof layout>) => drawn.edges.map(({ kind, source, target }) => `${kind} ${source} > ${target}`)

test('an empty flow is a trigger and an end, with a place to add between them', () => {
  const drawn = layout([])
  expect(drawn.nodes.map((node) => node.id)).toEqual(['trigger', 'end'])
  expect(drawn.edges).toMatchObject([{ kind: 'plain', source: 'trigger', target: 'end', at: 0 }])
})

test('steps stand in one line, each with a place to add before it and one at the end', () => {
  const drawn = layout([plain, always])
  expect(lines(drawn)).toEqual(['plain trigger > step-0', 'plain step-0 > step-1', 'plain step-1 > end'])
  expect(drawn.edges.map((edge) => edge.kind === 'plain' && edge.at)).toEqual([0, 1, 2])
  expect(drawn.nodes.every((node) => node.x + node.width / 2 === 0)).toBe(true)
})

test('a condition is a fork: one line to the step, one around it to what comes next', () => {
  expect(lines(layout([plain, conditional, plain]))).toEqual([
    'plain trigger > step-0', 'plain step-0 > fork-1', 'if fork-1 > step-1', 'plain step-1 > step-2', 'skip fork-1 > step-2', 'plain step-2 > end',
  ])
})

test('the way around leads to the fork of the next condition, and at last to the end', () => {
  const drawn = layout([conditional, conditional])
  expect(lines(drawn).filter((line) => line.startsWith('skip'))).toEqual(['skip fork-0 > fork-1', 'skip fork-1 > end'])
})

test('nothing overlaps, and the ways around come back above the place to add', () => {
  const drawn = layout([conditional, plain, conditional, conditional])
  for (const [i, node] of drawn.nodes.entries()) {
    const next = drawn.nodes[i + 1]
    if (next) expect(next.y).toBeGreaterThanOrEqual(node.y + node.height)
  }
  expect(sizes.merge).toBeLessThan(sizes.plus)
  expect(drawn.height).toBe(Math.max(...drawn.nodes.map((node) => node.y + node.height)))
})

test('a path marks the way taken and the way left, and leaves open what is still to come', () => {
  const drawn = layout([plain, conditional, conditional, conditional], [
    { index: 0, state: 'success' }, { index: 1, state: 'skipped' }, { index: 2, state: 'running' }, { index: 3, state: 'pending' },
  ])
  const ways = Object.fromEntries(drawn.edges.map(({ id, way }) => [id, way]))
  expect(ways).toEqual({
    'plain-0': 'taken', 'plain-1': 'taken', 'if-1': 'left', 'skip-1': 'taken', 'plain-2': 'taken', 'if-2': 'taken', 'skip-2': 'left',
    'plain-3': 'unknown', 'if-3': 'unknown', 'skip-3': 'unknown', 'plain-4': 'unknown',
  })
})

test('the end is reached when the last step has ended, whatever came of it', () => {
  const end = (state: 'failed' | 'running') => layout([plain], [{ index: 0, state }]).edges.at(-1)?.way
  expect(end('failed')).toBe('taken')
  expect(end('running')).toBe('unknown')
})

test('a step that is put elsewhere takes its fork along', () => {
  const drawn = layout([plain, conditional, plain], [], moved(3, 1, 0))
  expect(drawn.nodes.map((node) => node.id)).toEqual(['trigger', 'fork-1', 'step-1', 'step-0', 'step-2', 'end'])
})

test('moving takes a step out and puts it back at its new index', () => {
  expect(moved(4, 0, 2)).toEqual([1, 2, 0, 3])
  expect(moved(4, 3, 0)).toEqual([3, 0, 1, 2])
})

test('where a step is dropped is how many others are above it', () => {
  const drawn = layout([plain, conditional, plain])
  const middle = (index: number) => {
    const node = drawn.nodes.find((one) => one.kind === 'step' && one.index === index)!
    return node.y + node.height / 2
  }
  expect(dropIndex(drawn, 0, middle(0))).toBe(0)
  expect(dropIndex(drawn, 0, middle(1) + 1)).toBe(1)
  expect(dropIndex(drawn, 0, 10_000)).toBe(2)
  expect(dropIndex(drawn, 2, -100)).toBe(0)
})
