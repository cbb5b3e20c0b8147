import { Badge, Button, Card, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconArrowBackUp, IconGitCompare } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { flowsQuery } from '@/api/flows'
import type { FlowVersion, FlowWithDetails } from '@/api/schema'
import { Differences } from '@/components/Differences'
import { FailureNote } from '@/components/FailureNote'
import { Moment } from '@/components/Moment'
import { RowsSkeleton } from '@/components/Page'
import { toastDone } from '@/components/toasts'
import { useEditing } from './context'
import { comparisonQuery, versionsQuery } from './queries'

/** Every version of the flow: who made it and when, what it changed, and the way back to it. */
export default function History({ flow }: { flow: FlowWithDetails }) {
  const versions = useQuery(versionsQuery(flow.id))
  const [compared, setCompared] = useState<number | null>(null)
  if (versions.isPending) return <RowsSkeleton />
  if (versions.isError) return <FailureNote error={versions.error} retry={() => void versions.refetch()} />
  return (
    <Stack component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {versions.data.map((one) => (
        <Version key={one.version} flow={flow} one={one} versions={versions.data} open={compared === one.version} onCompare={() => setCompared(compared === one.version ? null : one.version)} />
      ))}
    </Stack>
  )
}

interface VersionProps {
  flow: FlowWithDetails
  one: FlowVersion
  versions: FlowVersion[]
  open: boolean
  onCompare: () => void
}

function Version({ flow, one, versions, open, onCompare }: VersionProps) {
  const { t } = useTranslation('builder')
  const { readOnly, dirty, show } = useEditing()
  const queries = useQueryClient()
  const current = one.version === flow.version
  const restore = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/auto-engagement/flows/{id}/versions/{n}/restore', { params: { path: { id: flow.id, n: one.version }, header: { 'If-Match': `"${flow.version}"` } } })),
    onSuccess: (stored) => {
      show(stored)
      toastDone(t('history.restored', { version: one.version }))
      void queries.invalidateQueries({ queryKey: ['versions', flow.id] })
      void queries.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true })
    },
  })
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{t('history.version', { version: one.version })}</Text>
            {current && <Badge size="sm" variant="light">{t('history.current')}</Badge>}
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}><Moment at={one.created_at} />{one.created_by && ` · ${one.created_by}`}</Text>
        </div>
        <Group gap="xs">
          {versions.length > 1 && (
            <Button size="xs" variant="default" leftSection={<IconGitCompare size={14} />} aria-expanded={open} onClick={onCompare}>{t('history.compare')}</Button>
          )}
          {!current && !readOnly && (
            <Button size="xs" variant="light" leftSection={<IconArrowBackUp size={14} />} loading={restore.isPending} disabled={dirty} title={dirty ? t('history.dirty') : undefined} onClick={() => restore.mutate()}>
              {t('history.restore')}
            </Button>
          )}
        </Group>
      </Group>
      {open && <Comparison flow={flow} one={one} versions={versions} />}
    </Card>
  )
}

function Comparison({ flow, one, versions }: { flow: FlowWithDetails; one: FlowVersion; versions: FlowVersion[] }) {
  const { t } = useTranslation('builder')
  const before = versions.find(({ version }) => version < one.version)?.version
  const [other, setOther] = useState(before ?? flow.version)
  const [low, high] = other < one.version ? [other, one.version] : [one.version, other]
  const comparison = useQuery(comparisonQuery(flow.id, low, high))
  return (
    <Stack gap="xs" mt="sm">
      <Select size="xs" w={220} label={t('history.with')} allowDeselect={false} value={String(other)} onChange={(value) => setOther(Number(value))}
        data={versions.filter(({ version }) => version !== one.version).map(({ version }) => ({ value: String(version), label: t('history.version', { version }) }))} />
      {comparison.isPending && <Skeleton h={60} />}
      {comparison.isError && <FailureNote error={comparison.error} retry={() => void comparison.refetch()} />}
      {comparison.data && <Differences differences={comparison.data.differences} before={t('history.version', { version: low })} after={t('history.version', { version: high })} />}
    </Stack>
  )
}
