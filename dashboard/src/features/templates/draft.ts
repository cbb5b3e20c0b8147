import type { Failure } from '@/api/failure'
import type { EmailTemplateWithTexts } from '@/api/schema'

/** What the form holds. */
export interface Draft {
  name: string
  category: string
  subject: string
  html: string
  body_text: string
  is_active: boolean
}

export type TextField = 'subject' | 'html' | 'body_text'

export const emptyDraft: Draft = { name: '', category: '', subject: '', html: '', body_text: '', is_active: true }

export function draftOf({ name, category, subject, html, body_text, is_active }: EmailTemplateWithTexts): Draft {
  return { name, category: category ?? '', subject, html, body_text, is_active }
}

export function inputOf(draft: Draft) {
  return { ...draft, category: draft.category.trim() || null }
}

export function same(a: Draft, b: Draft): boolean {
  return (Object.keys(a) as (keyof Draft)[]).every((key) => a[key] === b[key])
}

/** What the server refused, by field. */
export function problemsOf(failure: Failure | null | undefined): Partial<Record<keyof Draft, string>> {
  return Object.fromEntries((failure?.details ?? []).map(({ field, message }) => [field, message]))
}

/** What can be inserted, as the server knows it. */
export const variables = [
  'name', 'first_name', 'email', 'phone', 'company', 'city', 'country', 'external_id', 'lead_source', 'entry_type', 'notes', 'flow_name', 'unsubscribe_url',
] as const
export type Variable = (typeof variables)[number]

// Every mail has these; what the others may lack needs words to stand in.
const always: readonly Variable[] = ['email', 'flow_name', 'unsubscribe_url']

/** How a variable is written into a text. */
export function written(variable: Variable, field: TextField, standIn: string, link: string): string {
  if (variable === 'unsubscribe_url') return field === 'html' ? `<a href="{{ unsubscribe_url }}">${link}</a>` : '{{ unsubscribe_url }}'
  return always.includes(variable) ? `{{ ${variable} }}` : `{{ ${variable} | default: "${standIn}" }}`
}

/** A text with another in place of what is selected, and where the cursor is then. */
export function inserted(text: string, from: number, to: number, piece: string): { text: string; cursor: number } {
  return { text: text.slice(0, from) + piece + text.slice(to), cursor: from + piece.length }
}
