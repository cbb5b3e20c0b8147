/** Readers of what stands in a page's address; what does not fit is left out. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value) // "?search=98450" is read as a number
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((one) => one === value)
}

const dayShape = /^\d{4}-\d{2}-\d{2}$/

/** A calendar day, YYYY-MM-DD. */
export function day(value: unknown): string | undefined {
  return typeof value === 'string' && dayShape.test(value) ? value : undefined
}

/** The same without what is undefined, so that addresses stay short. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T
}
