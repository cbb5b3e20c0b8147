import { Button, SimpleGrid } from '@mantine/core'
import { IconChartBar, IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { Empty } from '@/components/Empty'
import { openExport } from '@/components/ExportDialog'
import { ButtonLink } from '@/components/links'
import { Page } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { compact } from '@/lib/search'
import { Channels, Funnel, Nothing, Timeline } from './Charts'
import { Controls } from './Controls'
import { FlowFigures } from './FlowFigures'
import { Heatmap } from './Heatmap'
import { analyticsQuery, channelsQuery, funnelQuery, heatmapQuery, overviewQuery } from './queries'
import { type AnalyticsSearch, type Days, daysOf } from './search'
import { Loaded, Section } from './Section'
import { Totals } from './Totals'

const route = getRouteApi('/auto-engagement/analytics')

/** How the flows did in a stretch of days; which days and flow stands in the address. */
export function AnalyticsPage() {
  const { t } = useTranslation(['analytics', 'common'])
  const can = useCan()
  const format = useFormat()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const { flow_id } = search
  const days = daysOf(search, format.today())
  const overview = useQuery(overviewQuery(days, flow_id))
  const analytics = useQuery(analyticsQuery(days, flow_id))
  const channels = useQuery(channelsQuery(days, flow_id))
  const heatmap = useQuery(heatmapQuery(days))
  const change = (next: Partial<AnalyticsSearch>) => void navigate({ search: (now) => compact({ ...now, ...next }), replace: true, resetScroll: false })
  const empty = analytics.data?.summary.total_executions === 0 && overview.data?.previous.total_executions === 0
  return (
    <Page title={t('title')} about={t('about')} actions={can('write') && (
      <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => openExport({ kind: 'executions', filter: compact({ ...days, flow_id }) })}>
        {t('executionsCsv')}
      </Button>
    )}>
      <Controls search={search} onChange={change} />
      <Loaded query={overview} height={230}>{(data) => <Totals overview={data} oneFlow={flow_id !== undefined} />}</Loaded>
      {empty ? (
        <Empty icon={<IconChartBar />} title={t('emptyTitle')} text={t('emptyText')}><ButtonLink to="/auto-engagement" variant="light">{t('common:nav.flows')}</ButtonLink></Empty>
      ) : (
        <>
          <Loaded query={analytics} height={320}>{({ timeline }) => <Timeline days={timeline} />}</Loaded>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Loaded query={analytics}>
              {({ flow_statistics: flows }) => {
                const busiest = flows.reduce((most, flow) => (flow.execution_count > (most?.execution_count ?? 0) ? flow : most), flows[0])
                return <FlowFunnel days={days} flow={flow_id ?? busiest?.flow_id} chosen={flow_id !== undefined} />
              }}
            </Loaded>
            <Loaded query={channels}>{(data) => <Channels channels={data} />}</Loaded>
          </SimpleGrid>
          <Loaded query={heatmap} height={280}>{(data) => <Heatmap cells={data} oneFlow={flow_id !== undefined} />}</Loaded>
        </>
      )}
      <Loaded query={analytics}>
        {({ flow_statistics: flows }) => (
          <FlowFigures flows={flows} days={days} sort={search.sort ?? 'priority'} desc={search.desc ?? false}
            onSort={(sort, desc) => change({ sort: sort === 'priority' && !desc ? undefined : sort, desc: desc ? true : undefined })} />
        )}
      </Loaded>
    </Page>
  )
}

function FlowFunnel({ days, flow, chosen }: { days: Days; flow: string | undefined; chosen: boolean }) {
  const { t } = useTranslation('analytics')
  if (!flow) return <Section title={t('funnelNone')}><Nothing /></Section>
  return <LoadedFunnel days={days} flow={flow} chosen={chosen} />
}

function LoadedFunnel({ days, flow, chosen }: { days: Days; flow: string; chosen: boolean }) {
  const query = useQuery(funnelQuery(days, flow))
  return <Loaded query={query} height={320}>{(funnel) => <Funnel funnel={funnel} chosen={chosen} />}</Loaded>
}
