import type { WhatsAppTemplate } from '@/api/schema'

/** Values that every contact has a place for, as mappings name them. */
export const valueNames = ['name', 'first_name', 'phone', 'email', 'company', 'city', 'country', 'lead_source', 'notes'] as const

/** The parameters to map: those of the template, else those mapped already. */
export function parametersOf(template: WhatsAppTemplate | undefined, mappings: Record<string, string>): string[] {
  return template ? template.variables : Object.keys(mappings)
}

/** The first number that is not mapped yet. */
export function nextParameter(mappings: Record<string, string>): string {
  let n = 1
  while (String(n) in mappings) n++
  return String(n)
}

/** The text of the template's body, as Meta's components have it. */
export function bodyOf(template: WhatsAppTemplate): string {
  const body = (template.components as { type?: unknown; text?: unknown }[]).find(({ type }) => type === 'BODY')
  return typeof body?.text === 'string' ? body.text : ''
}

const bare = /^[\w.-]+$/

/** The body with each parameter's Liquid in its place; one that is not mapped stays as it is. */
export function filledIn(body: string, mappings: Record<string, string>): string {
  return body.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const text = mappings[name]?.trim()
    if (!text) return `[${name}]`
    return bare.test(text) ? `{{ ${text} }}` : text || whole
  })
}
