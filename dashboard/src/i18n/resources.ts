// One line for each feature or component with texts of its own. Only types come from here:
// the texts are loaded when a page first needs them.
import type decision from '../components/decision/messages.en'
import type flowcanvas from '../components/flowcanvas/messages.en'
import type analytics from '../features/analytics/messages.en'
import type builder from '../features/builder/messages.en'
import type contacts from '../features/contacts/messages.en'
import type executions from '../features/executions/messages.en'
import type flows from '../features/flows/messages.en'
import type imports from '../features/imports/messages.en'
import type leads from '../features/leads/messages.en'
import type settings from '../features/settings/messages.en'
import type templates from '../features/templates/messages.en'
import type common from './common.en'

export interface Resources {
  common: typeof common
  analytics: typeof analytics
  builder: typeof builder
  contacts: typeof contacts
  decision: typeof decision
  executions: typeof executions
  flowcanvas: typeof flowcanvas
  flows: typeof flows
  imports: typeof imports
  leads: typeof leads
  settings: typeof settings
  templates: typeof templates
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: Resources
  }
}

/** The same keys with other texts: what a translation must be. */
export type Translation<T> = { [K in keyof T]: T[K] extends string ? string : Translation<T[K]> }
