import type { CanvasAction, CanvasPath } from './types'

/** Pixels at zoom 1. The main line runs down at x = 0. */
export const sizes = {
  step: { width: 280, height: 88 },
  trigger: { width: 190, height: 44 },
  end: { width: 120, height: 36 },
  fork: { width: 18, height: 18 },
  /** Between two steps: where what was skipped comes back, and where "+" is. */
  gap: 68,
  merge: 18,
  plus: 42,
  /** Between a fork and its step: where the condition stands. */
  branch: 56,
  /** How far right of the steps the way around them runs. */
  lane: 30,
} as const

export type Kind = 'trigger' | 'step' | 'fork' | 'end'

export interface Placed {
  /** `trigger`, `end`, or `step-2` and `fork-2` by the action's index. */
  id: string
  kind: Kind
  /** The action's index; of a step and of its fork. */
  index?: number
  /** The top left corner. */
  x: number
  y: number
  width: number
  height: number
}

/** Whether the lead went this way: unknown while there is no path, or not yet. */
export type Way = 'taken' | 'left' | 'unknown'

interface Line {
  id: string
  source: string
  target: string
  /** SVG path. */
  d: string
  /** Where its arrow ends, and which way it points. */
  arrow?: { x: number; y: number; towards: 'down' | 'left' }
  way: Way
}

/** plain: to the next step, where one can be added at `at`. if: from a fork to its step. skip: around it. */
export type Drawn =
  | (Line & { kind: 'plain'; at: number; plus: { x: number; y: number } })
  | (Line & { kind: 'if' | 'skip'; index: number; label: { x: number; y: number } })

export interface Layout {
  nodes: Placed[]
  edges: Drawn[]
  /** From the top; the left edge is at minus half of the width. */
  height: number
  width: number
}

type Conditional = Pick<CanvasAction, 'condition_type'>

export const isConditional = ({ condition_type }: Conditional) => condition_type !== null && condition_type !== 'always'

/** The indexes of `count` steps after the one at `from` has been put at `to`. */
export function moved(count: number, from: number, to: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  order.splice(to, 0, ...order.splice(from, 1))
  return order
}

type States = Map<number, CanvasPath['state']>

function ways(state: CanvasPath['state'] | undefined): { into: Way; through: Way; around: Way } {
  if (state === undefined || state === 'pending') return { into: 'unknown', through: 'unknown', around: 'unknown' }
  const skipped = state === 'skipped'
  return { into: 'taken', through: skipped ? 'left' : 'taken', around: skipped ? 'taken' : 'left' }
}

/**
 * Places trigger, steps and end in one line downwards. Before a step with a
 * condition stands a fork, from which one line goes to the step and another
 * around it, back to the main line above whatever comes next. `order` gives
 * the indexes of the actions from top to bottom; default as they are.
 */
export function layout(actions: readonly Conditional[], path: readonly CanvasPath[] = [], order = actions.map((_, i) => i)): Layout {
  const states: States = new Map(path.map(({ index, state }) => [index, state]))
  const nodes: Placed[] = []
  const edges: Drawn[] = []
  let y = 0
  const place = (kind: Kind, index?: number): Placed => {
    const { width, height } = sizes[kind]
    const node = { id: index === undefined ? kind : `${kind}-${index}`, kind, index, x: -width / 2, y, width, height }
    nodes.push(node)
    y += height
    return node
  }
  let above = place('trigger')
  // The way around the step above, which ends at the next entry.
  let around: { index: number; fork: Placed; way: Way } | undefined
  const enter = (entry: Placed, at: number, way: Way) => {
    const from = above.y + above.height
    edges.push({ id: `plain-${at}`, kind: 'plain', source: above.id, target: entry.id, d: `M 0 ${from} V ${entry.y}`, arrow: entry.kind === 'fork' ? undefined : { x: 0, y: entry.y, towards: 'down' }, way, at, plus: { x: 0, y: from + sizes.plus } })
    if (around) edges.push(skip(around, from + sizes.merge, entry))
    around = undefined
  }
  order.forEach((index, at) => {
    const action = actions[index]
    if (!action) return
    const { into, through, around: passing } = ways(states.get(index))
    y += sizes.gap
    if (!isConditional(action)) {
      const step = place('step', index)
      enter(step, at, into)
      above = step
      return
    }
    const fork = place('fork', index)
    enter(fork, at, into)
    const from = y
    y += sizes.branch
    const step = place('step', index)
    edges.push({ id: `if-${index}`, kind: 'if', index, source: fork.id, target: step.id, d: `M 0 ${from} V ${step.y}`, arrow: { x: 0, y: step.y, towards: 'down' }, way: through, label: { x: 0, y: from + sizes.branch / 2 - 3 } })
    above = step
    around = { index, fork, way: passing }
  })
  y += sizes.gap
  const last = order.length === 0 ? undefined : states.get(order[order.length - 1]!)
  const ended = last === undefined || last === 'pending' || last === 'running' ? 'unknown' : 'taken'
  enter(place('end'), order.length, ended)
  return { nodes, edges, height: y, width: sizes.step.width + 2 * (sizes.lane + 4) }
}

function skip({ index, fork, way }: { index: number; fork: Placed; way: Way }, back: number, target: Placed): Drawn {
  const right = fork.x + fork.width
  const start = fork.y + fork.height / 2
  const lane = sizes.step.width / 2 + sizes.lane
  const r = 12
  const d = `M ${right} ${start} H ${lane - r} Q ${lane} ${start} ${lane} ${start + r} V ${back - r} Q ${lane} ${back} ${lane - r} ${back} H 0`
  return { id: `skip-${index}`, kind: 'skip', index, source: fork.id, target: target.id, d, arrow: { x: 2, y: back, towards: 'left' }, way, label: { x: (right + lane) / 2, y: start } }
}

/** The index at which a step is when its middle is dropped at `middle`. */
export function dropIndex(placed: Layout, from: number, middle: number): number {
  return placed.nodes.filter((node) => node.kind === 'step' && node.index !== from && node.y + node.height / 2 < middle).length
}
