import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Settings } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { Page, RowsSkeleton } from '@/components/Page'
import { oneOf } from '@/lib/search'
import { AuditLog } from './AuditLog'
import { Calls } from './Calls'
import { DeadLetters } from './DeadLetters'
import { General } from './General'
import { Integrations } from './Integrations'
import { Members } from './Members'
import { OpeningHours } from './OpeningHours'
import { settingsQuery } from './queries'
import { type SettingsTab, settingsTabs } from './search'

const route = getRouteApi('/settings')
const forAdmins: ReadonlySet<SettingsTab> = new Set(['audit', 'dead-letters'])

/** The tenant's settings, a tab each; which one stands in the address. */
export function SettingsPage() {
  const { t } = useTranslation('settings')
  const can = useCan()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const tabs = settingsTabs.filter((one) => !forAdmins.has(one) || can('administer'))
  const shown = oneOf(tab, tabs) ?? 'general'
  const panels: Record<SettingsTab, () => ReactNode> = {
    general: () => <Loaded>{(settings) => <General settings={settings} />}</Loaded>,
    hours: () => <Loaded>{(settings) => <OpeningHours settings={settings} />}</Loaded>,
    calls: () => <Loaded>{(settings) => <Calls settings={settings} />}</Loaded>,
    integrations: () => <Integrations />,
    members: () => <Members />,
    audit: () => <AuditLog />,
    'dead-letters': () => <DeadLetters />,
  }
  return (
    <Page title={t('title')}>
      <Tabs value={shown} keepMounted={false} onChange={(value) => void navigate({ search: { tab: oneOf(value, tabs) } })}>
        <Tabs.List>
          {tabs.map((one) => <Tabs.Tab key={one} value={one}>{t(`tab.${one}`)}</Tabs.Tab>)}
        </Tabs.List>
        {tabs.map((one) => <Tabs.Panel key={one} value={one} pt="md">{one === shown && panels[one]()}</Tabs.Panel>)}
      </Tabs>
    </Page>
  )
}

function Loaded({ children }: { children: (settings: Settings) => ReactNode }) {
  const query = useQuery(settingsQuery)
  if (query.isPending) return <RowsSkeleton rows={4} />
  if (!query.data) return <FailureNote error={query.error} retry={() => void query.refetch()} />
  return children(query.data)
}
