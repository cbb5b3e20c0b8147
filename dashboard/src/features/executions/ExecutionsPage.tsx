import { Button, Group, Text } from '@mantine/core'
import { IconDownload, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { CursorButtons } from '@/components/CursorButtons'
import { Empty } from '@/components/Empty'
import { openExport } from '@/components/ExportDialog'
import { FailureNote } from '@/components/FailureNote'
import { NewRows } from '@/components/NewRows'
import { Page, RowsSkeleton } from '@/components/Page'
import { useHeld } from '@/lib/live'
import { compact } from '@/lib/search'
import { confirmCancel } from './CancelExecutions'
import { ColumnsMenu, useColumns } from './columns'
import { ExecutionTable } from './ExecutionTable'
import { Filters } from './Filters'
import { countsQuery, executionsQuery, filterOf } from './queries'
import type { ExecutionSearch } from './search'
import { StatusCounts } from './StatusCounts'

const route = getRouteApi('/auto-engagement/executions')
const none: ReadonlySet<string> = new Set()

/** All executions, live; what is shown stands in the address. */
export function ExecutionsPage() {
  const { t } = useTranslation(['executions', 'common'])
  const can = useCan()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const list = useQuery(executionsQuery(search))
  const counts = useQuery(countsQuery(search))
  const { shown, waiting, showAll } = useHeld(list.data?.data ?? [])
  const [selected, setSelected] = useState(none)
  const [columns, setColumns] = useColumns()
  // Another filter begins at its newest page.
  const change = (next: Partial<ExecutionSearch>) => {
    setSelected(none)
    void navigate({ search: (now) => compact({ ...now, cursor: undefined, ...next }) })
  }
  const clear = () => {
    setSelected(none)
    void navigate({ search: {} })
  }
  const running = counts.data?.find(({ status }) => status === 'running')?.total ?? 0
  const marked = shown.filter((row) => row.status === 'running' && selected.has(row.id)).map((row) => row.id)
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (shown.length === 0)
      return Object.keys(search).length > 0 ? <Text c="dimmed">{t('nothing')}</Text> : <Empty icon={<IconPlayerPlay />} title={t('emptyTitle')} text={t('emptyText')} />
    return <ExecutionTable rows={shown} columns={columns} selected={selected} onSelect={setSelected} />
  }
  const filter = filterOf(search)
  return (
    <Page title={t('title')} about={t('about')} actions={(
      <>
        <ColumnsMenu columns={columns} onChange={setColumns} />
        {can('write') && (
          <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => openExport({ kind: 'executions', filter: compact(filter) })}>
            {t('common:export.title')}
          </Button>
        )}
      </>
    )}>
      <Filters search={search} onChange={change} onClear={clear} />
      <Group justify="space-between">
        <StatusCounts search={search} onChoose={(status) => change({ status })} />
        {can('write') && (marked.length > 0 ? (
          <Button size="xs" color="red" leftSection={<IconPlayerStop size={14} />} onClick={() => confirmCancel({ ids: marked }, () => setSelected(none))}>
            {t('cancelSelected')} ({marked.length})
          </Button>
        ) : search.status === 'running' && running > 0 && (
          <Button size="xs" color="red" variant="light" leftSection={<IconPlayerStop size={14} />}
            onClick={() => confirmCancel({ filter: compact({ ...filter, status: undefined }), about: running })}>
            {t('cancelAll')}
          </Button>
        ))}
      </Group>
      {list.isError && list.data && <FailureNote error={list.error} retry={() => void list.refetch()} />}
      <NewRows waiting={waiting} text={t('newRows', { count: waiting })} onShow={showAll} />
      {body()}
      <CursorButtons cursor={search.cursor} next={list.data?.meta.next_cursor} onChange={(cursor) => change({ cursor })} />
    </Page>
  )
}
