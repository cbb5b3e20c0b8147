import type { ConditionType, DraftCondition, Operator } from './draft'

export const contactFields = ['name', 'company', 'city', 'country', 'email', 'phone_country'] as const
export const conditionTypes: readonly ConditionType[] = ['lead_source', 'entry_type', 'custom_field', 'contact_field']

const texts: readonly Operator[] = ['equals', 'not_equals', 'contains', 'starts_with', 'ends_with', 'in', 'not_in', 'is_set', 'is_not_set', 'any']
const numbers: readonly Operator[] = ['gt', 'gte', 'lt', 'lte', 'between']
const dates: readonly Operator[] = ['before', 'after', 'within_last_days']

/** Operators in groups, as a list offers them. */
export function operatorsOf(type: ConditionType, current: Operator): { group: 'text' | 'number' | 'date'; operators: Operator[] }[] {
  const offered = [
    { group: 'text' as const, operators: [...texts] },
    // Only a contact's own fields hold numbers and dates.
    { group: 'number' as const, operators: numbers.filter((o) => type === 'custom_field' || o === current) },
    { group: 'date' as const, operators: dates.filter((o) => type === 'custom_field' || o === current) },
  ]
  return offered.filter(({ operators }) => operators.length > 0)
}

/** What GET /suggestions can be asked for the values of a condition, if anything. */
export function suggestionsFor({ type, field }: Pick<DraftCondition, 'type' | 'field'>): 'lead_source' | 'entry_type' | 'city' | undefined {
  if (type === 'lead_source' || type === 'entry_type') return type
  if (type === 'contact_field' && field === 'city') return 'city'
  return undefined
}

/** The list that `in` and `not_in` take: by commas, or as JSON where a value has a comma itself. */
export function splitList(text: string): string[] {
  if (text.trim().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list)) return list.map(String)
    } catch {
      // Then it is a text that begins with a bracket.
    }
  }
  return text.split(',').map((part) => part.trim()).filter(Boolean)
}

export function joinList(values: string[]): string {
  return values.some((value) => value.includes(',') || value.startsWith('[')) ? JSON.stringify(values) : values.join(', ')
}
