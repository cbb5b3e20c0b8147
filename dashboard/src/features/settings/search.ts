import { compact, oneOf, text } from '@/lib/search'

export const settingsTabs = ['general', 'hours', 'calls', 'integrations', 'members', 'audit', 'dead-letters'] as const
export type SettingsTab = (typeof settingsTabs)[number]

/** What the address of the settings says. */
export interface SettingsSearch {
  /** None is the first. */
  tab?: SettingsTab
  /** Of the audit log: which actions, and where the page begins. */
  action?: string
  cursor?: string
}

export function settingsSearch(raw: Record<string, unknown>): SettingsSearch {
  return compact({ tab: oneOf(raw.tab, settingsTabs), action: text(raw.action), cursor: text(raw.cursor) })
}
