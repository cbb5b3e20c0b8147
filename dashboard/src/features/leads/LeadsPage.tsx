import { Group, Text } from '@mantine/core'
import { IconInbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { CursorButtons } from '@/components/CursorButtons'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { NewRows } from '@/components/NewRows'
import { Page, RowsSkeleton } from '@/components/Page'
import { useHeld } from '@/lib/live'
import { compact } from '@/lib/search'
import { Filters } from './Filters'
import { LeadTable } from './LeadTable'
import { filterOf, leadsQuery } from './queries'
import type { LeadSearch } from './search'

const route = getRouteApi('/leads')

/** Every lead received, live, with what was decided; what is shown stands in the address. */
export function LeadsPage() {
  const { t } = useTranslation('leads')
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const list = useQuery(leadsQuery(search))
  const rows = list.data?.data ?? []
  const { shown, waiting, showAll } = useHeld(rows)
  const change = (next: Partial<LeadSearch>) => void navigate({ search: compact({ ...filterOf(search), ...next }) })
  const { total = 0, total_capped, next_cursor: next } = list.data?.meta ?? {}
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (shown.length === 0)
      return search.cursor || Object.keys(filterOf(search)).length > 0 ? <Text c="dimmed">{t('nothing')}</Text> : <Empty icon={<IconInbox />} title={t('emptyTitle')} text={t('emptyText')} />
    return <LeadTable rows={shown} />
  }
  return (
    <Page title={t('title')} about={t('about')}>
      <Filters search={search} sources={[...new Set(rows.map((row) => row.source))].sort()} onChange={change} onClear={() => void navigate({ search: {} })} />
      {list.isError && list.data && <FailureNote error={list.error} retry={() => void list.refetch()} />}
      <NewRows waiting={waiting} text={t('newRows', { count: waiting })} onShow={showAll} />
      {body()}
      {list.data && shown.length > 0 && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">{total_capped ? t('cappedCount', { count: total }) : t('count', { count: total })}</Text>
          <CursorButtons cursor={search.cursor} next={next} onChange={(cursor) => change({ cursor })} />
        </Group>
      )}
    </Page>
  )
}
