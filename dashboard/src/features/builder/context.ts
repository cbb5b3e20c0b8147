import { createContext, use } from 'react'
import type { Contact } from '@/api/schema'
import type { Builder } from './useBuilder'

export interface Editing extends Builder {
  /** For those who may only read. */
  readOnly: boolean
  /** The contact that previews are for. */
  contact: Contact | null
  setContact: (contact: Contact | null) => void
}

const Context = createContext<Editing | null>(null)

export const EditingProvider = Context.Provider

/** The flow being edited; only inside the builder. */
export function useEditing(): Editing {
  const editing = use(Context)
  if (!editing) throw new Error('outside the builder')
  return editing
}

/** What an input takes to show what is wrong at its field, and to tell that the person was there. */
export function useField() {
  const { issue, touch } = useEditing()
  return (field: string) => ({ error: issue(field), onBlur: () => touch(field) })
}
