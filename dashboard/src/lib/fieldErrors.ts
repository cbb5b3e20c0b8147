import { Failure } from '@/api/failure'

/**
 * Parts a failure for a form: what the server says of each of the form's
 * fields, and, where it says more than that, the failure itself as `rest`.
 * What is said of `tags[1]` or `custom_fields.budget` belongs to the field
 * before the bracket or dot.
 */
export function fieldErrors(error: unknown, fields: readonly string[]): { errors: Record<string, string>; rest: unknown } {
  const errors: Record<string, string> = {}
  if (!(error instanceof Failure) || error.details.length === 0) return { errors, rest: error ?? undefined }
  let rest: unknown
  for (const { field, message } of error.details) {
    // The longest name that fits: `config.from` before `config`.
    const own = fields.filter((name) => field === name || field.startsWith(name + '.') || field.startsWith(name + '[')).sort((a, b) => b.length - a.length)[0]
    if (own === undefined) rest = error
    else errors[own] = own in errors ? `${errors[own]}; ${message}` : message
  }
  return { errors, rest }
}
