import type { NewFlowInput } from '@/api/schema'

/** The flows in a file: an export, a list of flows, or one flow; undefined for anything else. The server checks the rest. */
export function flowsIn(text: string): NewFlowInput[] | undefined {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  const inside = (value: unknown): value is { flows: unknown } => typeof value === 'object' && value !== null && 'flows' in value
  const list: unknown = inside(read) ? read.flows : Array.isArray(read) ? read : [read]
  const good = Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'object' && one !== null && 'name' in one)
  return good ? (list as NewFlowInput[]) : undefined
}
