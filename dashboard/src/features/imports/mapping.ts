/** The fields of a contact, or of its lead, that a column may hold; as the server names them. */
export const fields = ['name', 'first_name', 'last_name', 'phone', 'email', 'company', 'city', 'country', 'tags', 'external_id', 'lead_source', 'entry_type', 'notes'] as const
export type Field = (typeof fields)[number]

const prefix = 'custom_fields.'

/** What a column is: a field, one of the contact's own with its name, or left out. */
export type Target = { to: Field } | { to: 'custom'; name: string } | { to: '' }

/** Columns and their fields, as the server says them. */
export type Mapping = Record<string, string>

export function targetOf(value: string | undefined): Target {
  const field = fields.find((one) => one === value)
  if (field) return { to: field }
  return value?.startsWith(prefix) ? { to: 'custom', name: value.slice(prefix.length) } : { to: '' }
}

export function valueOf(target: Target): string {
  return target.to === 'custom' ? prefix + target.name : target.to
}

/** A name for an own field, from the column's. */
export function nameFor(column: string): string {
  return column.trim().toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '')
}

/** What keeps a mapping from being used. */
export function wrongWith(columns: readonly string[], mapping: Mapping): { unreachable: boolean; nameless: string[] } {
  const values = columns.map((column) => mapping[column] ?? '')
  return {
    unreachable: !values.includes('phone') && !values.includes('email'),
    nameless: columns.filter((column) => (mapping[column] ?? '').startsWith(prefix) && (mapping[column] ?? '').slice(prefix.length).trim() === ''),
  }
}
