export interface Ranked {
  id: string
  priority: number
}

/**
 * The changes that move one flow from a place in the list to another. The
 * numbers in use stay the same: those between the two places move up by one.
 */
export function moved(flows: readonly Ranked[], from: number, to: number): Ranked[] {
  const order = [...flows]
  const [taken] = order.splice(from, 1)
  if (!taken) return []
  order.splice(to, 0, taken)
  return order.flatMap(({ id, priority }, place) => {
    const next = flows[place]?.priority ?? priority
    return next === priority ? [] : [{ id, priority: next }]
  })
}

/** The flows with these priorities, in their order. */
export function applied<F extends Ranked>(flows: readonly F[], changes: readonly Ranked[]): F[] {
  const next = new Map(changes.map(({ id, priority }) => [id, priority]))
  return flows
    .map((flow) => ({ ...flow, priority: next.get(flow.id) ?? flow.priority }))
    .sort((a, b) => a.priority - b.priority)
}

/** What brings the flows named in changes back to where they are now. */
export function reverse(flows: readonly Ranked[], changes: readonly Ranked[]): Ranked[] {
  const changed = new Set(changes.map(({ id }) => id))
  return flows.filter(({ id }) => changed.has(id)).map(({ id, priority }) => ({ id, priority }))
}
