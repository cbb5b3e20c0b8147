import type { Contact, ContactInput } from '@/api/schema'

/** A field of the contact's own, as the form holds it. `key` stays while the name is typed. */
export interface CustomValue {
  key: string
  name: string
  value: string
}

export const texts = ['name', 'phone', 'email', 'company', 'city', 'country', 'external_id'] as const

/** A contact as a form holds it. */
export type ContactValues = Record<(typeof texts)[number], string> & { tags: string[]; custom: CustomValue[] }

/** What a contact is called where it has no name. */
export function called(contact: Pick<Contact, 'name' | 'phone' | 'email' | 'external_id'>): string {
  return contact.name || contact.phone || contact.email || contact.external_id
}

/** A custom field's value in words. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function valuesOf(contact?: Contact): ContactValues {
  const { name = '', phone = '', email = '', company = '', city = '', country = '', external_id = '', tags = [], custom_fields = {} } = contact ?? {}
  return {
    name, phone, email, company, city, country, external_id, tags,
    custom: Object.entries(custom_fields).map(([field, value]) => ({ key: field, name: field, value: shown(value) })),
  }
}

// What was a text stays one, also where it looks like a number.
function read(value: string, before: unknown): unknown {
  if (before === undefined || typeof before === 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

/** Only what the form changes of a contact; of a new one all that is filled. */
export function changeOf(before: Contact | undefined, values: ContactValues): ContactInput {
  const old = valuesOf(before)
  const change: ContactInput = {}
  for (const field of texts) {
    const value = values[field].trim()
    if (value !== old[field]) change[field] = value === '' ? null : value
  }
  if (JSON.stringify(values.tags) !== JSON.stringify(old.tags)) change.tags = values.tags
  const fields: Record<string, unknown> = {}
  const kept = new Set<string>()
  for (const { name, value } of values.custom) {
    const field = name.trim()
    if (field === '') continue
    kept.add(field)
    const was = before?.custom_fields[field]
    if (was === undefined || shown(was) !== value) fields[field] = read(value, was)
  }
  for (const { name } of old.custom) if (!kept.has(name)) fields[name] = null
  if (Object.keys(fields).length > 0) change.custom_fields = fields
  return change
}
