import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core'
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { RowsSkeleton } from '@/components/Page'
import { StatusBadge } from '@/components/StatusBadge'
import { historyQuery, leadsOfQuery } from './queries'

const outcomeColors = { received: 'blue', matched: 'teal', none: 'yellow', skipped: 'gray', rejected: 'red' } as const

/** The executions of a contact. */
export function History({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts')
  const query = useInfiniteQuery(historyQuery(contactId))
  return (
    <Growing query={query} empty={t('noExecutions')}
      more={<ButtonLink to="/auto-engagement/executions" search={{ contact_id: contactId }} size="xs" variant="subtle">{t('inExecutions')}</ButtonLink>}
      row={(run) => (
        <Table.Tr key={run.id}>
          <Table.Td w={{ base: 92, sm: 120 }} px={{ base: 4, sm: 10 }}><StatusBadge status={run.status} /></Table.Td>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>
            <AnchorLink to="/auto-engagement/executions/$id" params={{ id: run.id }}>{run.flow_name ?? t('noFlow')}</AnchorLink>
            {run.is_test_run && <> <Badge size="xs" variant="outline">{t('test')}</Badge></>}
            {run.error_message && <Text size="xs" c="dimmed">{run.error_message}</Text>}
          </Table.Td>
          <Table.Td ta="right" w={{ base: 64, sm: 120 }} px={{ base: 4, sm: 10 }}><Moment at={run.triggered_at} /></Table.Td>
        </Table.Tr>
      )} />
  )
}

/** The leads that came for a contact. */
export function LeadsOf({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts')
  const query = useInfiniteQuery(leadsOfQuery(contactId))
  return (
    <Growing query={query} empty={t('noLeads')}
      row={(lead) => (
        <Table.Tr key={lead.id}>
          <Table.Td w={{ base: 92, sm: 120 }} px={{ base: 4, sm: 10 }}><Badge variant="light" color={outcomeColors[lead.outcome]}>{t(`outcome.${lead.outcome}`)}</Badge></Table.Td>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>
            <AnchorLink to="/leads/$id" params={{ id: lead.id }}>{lead.lead_source || lead.source}</AnchorLink>
            {lead.reason && <Text size="xs" c="dimmed">{lead.reason}</Text>}
          </Table.Td>
          <Table.Td ta="right" w={{ base: 64, sm: 120 }} px={{ base: 4, sm: 10 }}><Moment at={lead.received_at} /></Table.Td>
        </Table.Tr>
      )} />
  )
}

interface Props<R> {
  query: UseInfiniteQueryResult<InfiniteData<{ data: R[] }>>
  row: (row: R) => ReactNode
  empty: string
  more?: ReactNode
}

/** A table that grows downwards as its reader asks. */
function Growing<R>({ query, row, empty, more }: Props<R>) {
  const { t } = useTranslation('contacts')
  if (query.isPending) return <RowsSkeleton rows={3} />
  if (!query.data) return <FailureNote error={query.error} retry={() => void query.refetch()} />
  const rows = query.data.pages.flatMap(({ data }) => data)
  if (rows.length === 0) return <Text size="sm" c="dimmed">{empty}</Text>
  return (
    <Stack gap="xs">
      <Table verticalSpacing="xs"><Table.Tbody>{rows.map(row)}</Table.Tbody></Table>
      {query.isFetchNextPageError && <FailureNote error={query.error} />}
      <Group justify="space-between">
        {query.hasNextPage ? <Button size="xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('older')}</Button> : <span />}
        {more}
      </Group>
    </Stack>
  )
}
