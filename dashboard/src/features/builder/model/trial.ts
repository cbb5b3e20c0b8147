import type { ContactData } from '@/api/schema'

/** The lead that a test holds the flow against, as its fields show it. */
export interface TestLead {
  leadSource: string
  entryType: string
  name: string
  phone: string
  email: string
  company: string
  city: string
  country: string
  notes: string
  tags: string[]
  customFields: { name: string; value: string }[]
}

export const emptyLead: TestLead = {
  leadSource: '', entryType: '', name: '', phone: '', email: '', company: '', city: '', country: '', notes: '', tags: [], customFields: [],
}

/** Numbers, true, false, lists and objects are what they say; all else is a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** The lead as the API takes it; undefined where nothing is said. */
export function contactDataOf(lead: TestLead): ContactData | undefined {
  const fields = Object.fromEntries(lead.customFields.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), valueOf(value)]))
  const data: ContactData = {
    lead_source: lead.leadSource, entry_type: lead.entryType, name: lead.name, phone: lead.phone, email: lead.email,
    company: lead.company, city: lead.city, country: lead.country, notes: lead.notes,
  }
  const said = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== '')) as ContactData
  if (lead.tags.length > 0) said.tags = lead.tags
  if (Object.keys(fields).length > 0) said.custom_fields = fields
  return Object.keys(said).length > 0 ? said : undefined
}

const record = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {})
const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** A lead that came once, as fields; `event` is the CloudEvents message of GET /leads/{id}. */
export function leadOfEvent(event: unknown): TestLead {
  const data = record(record(event).data)
  const contact = record(data.contact)
  return {
    leadSource: text(data.lead_source), entryType: text(data.entry_type), notes: text(data.notes),
    name: text(contact.name), phone: text(contact.phone), email: text(contact.email), company: text(contact.company),
    city: text(contact.city), country: text(contact.country),
    tags: Array.isArray(contact.tags) ? contact.tags.map(text).filter(Boolean) : [],
    customFields: Object.entries(record(contact.custom_fields)).map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) })),
  }
}

/** The instant at which clocks of a zone show a local time, YYYY-MM-DDTHH:MM; of two, the first. */
export function instantIn(zone: string, local: string): string | undefined {
  const wanted = Date.parse(local + ':00Z')
  if (Number.isNaN(wanted)) return undefined
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  })
  const offset = (at: number) => {
    const part = Object.fromEntries(shown.formatToParts(at).map(({ type, value }) => [type, value]))
    return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`) - at
  }
  // The offset is that of the instant sought, which a day around may differ from.
  const candidates = [wanted - offset(wanted - 86_400_000), wanted - offset(wanted + 86_400_000)]
  const found = candidates.filter((at) => at + offset(at) === wanted)
  return new Date(found.length > 0 ? Math.min(...found) : candidates[0] ?? wanted).toISOString()
}
