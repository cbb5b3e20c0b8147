import { Paper, Select, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { AuditEntry } from '@/api/schema'
import { CursorButtons } from '@/components/CursorButtons'
import { FailureNote } from '@/components/FailureNote'
import { Moment } from '@/components/Moment'
import { RowsSkeleton } from '@/components/Page'
import { compact } from '@/lib/search'
import { auditQuery } from './queries'

const route = getRouteApi('/settings')
const actions = {
  'suppression.added': 'suppressionAdded', 'suppression.removed': 'suppressionRemoved', 'contact.dnc_removed': 'dncRemoved', 'contact.erased': 'contactErased', 'flow.deleted': 'flowDeleted',
} as const
const isKnown = (action: string): action is keyof typeof actions => action in actions

/** What people did that is on record. */
export function AuditLog() {
  const { t } = useTranslation('settings')
  const navigate = route.useNavigate()
  const { action, cursor } = route.useSearch()
  const list = useQuery(auditQuery(compact({ action, cursor })))
  const change = (next: { action?: string; cursor?: string }) => void navigate({ search: compact({ tab: 'audit' as const, action, cursor: undefined, ...next }) })
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (list.data.data.length === 0) return <Text c="dimmed">{action ? t('auditNothing') : t('auditEmpty')}</Text>
    return <Entries rows={list.data.data} />
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('auditAbout')}</Text>
      <Select aria-label={t('auditAction')} placeholder={t('auditAny')} clearable maw={320} value={action ?? null}
        data={Object.entries(actions).map(([value, name]) => ({ value, label: t(`did.${name}`) }))} onChange={(value) => change({ action: value ?? undefined })} />
      {list.isError && list.data && <FailureNote error={list.error} retry={() => void list.refetch()} />}
      {body()}
      <CursorButtons cursor={cursor} next={list.data?.meta.next_cursor} onChange={(to) => change({ cursor: to })} />
    </Stack>
  )
}

function Entries({ rows }: { rows: readonly AuditEntry[] }) {
  const { t } = useTranslation('settings')
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('auditWhat')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('auditWho')}</Table.Th>
            <Table.Th visibleFrom="md">{t('auditDetails')}</Table.Th>
            <Table.Th w={130}>{t('auditWhen')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            const details = Object.entries((row.details ?? {}) as Record<string, unknown>).map(([name, value]) => `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
            return (
              <Table.Tr key={row.id} data-testid="entry" style={{ overflowWrap: 'anywhere' }}>
                <Table.Td>
                  {isKnown(row.action) ? t(`did.${actions[row.action]}`) : row.action}
                  <Text size="xs" c="dimmed">{row.subject_kind} {row.subject_id}</Text>
                  <Text size="xs" hiddenFrom="sm">{row.actor ?? t('auditUnknown')}</Text>
                </Table.Td>
                <Table.Td visibleFrom="sm">{row.actor ?? t('auditUnknown')}</Table.Td>
                <Table.Td visibleFrom="md">{details.map((line) => <Text key={line} size="xs">{line}</Text>)}</Table.Td>
                <Table.Td><Moment at={row.at} /></Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
