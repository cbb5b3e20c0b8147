import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconDownload } from '@tabler/icons-react'
import { skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import type { ExportInput } from '@/api/schema'
import { FailureNote } from './FailureNote'
import { useFormat } from '@/i18n/format'
import i18n from '@/i18n'

/** Has a CSV made of what the filter selects, shows how far it is, and offers the file. */
export function openExport(what: ExportInput) {
  const modalId = modals.open({ title: i18n.t('export.title'), children: <ExportDialog what={what} onClose={() => modals.close(modalId)} /> })
}

function ExportDialog({ what, onClose }: { what: ExportInput; onClose: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const begin = useMutation({
    meta: { quiet: true },
    mutationFn: (key: string) => answer(api.POST('/api/auto-engagement/exports', { params: { header: { 'Idempotency-Key': key } }, body: what })),
  })
  const { mutate, data: begun } = begin
  useEffect(() => mutate(crypto.randomUUID()), [mutate])
  const job = useQuery({
    queryKey: ['exports', begun?.id],
    queryFn: begun
      ? ({ signal }) => answer(api.GET('/api/auto-engagement/exports/{id}', { params: { path: { id: begun.id } }, signal }))
      : skipToken,
    // The address of a finished file is good for 15 minutes; each reading gives a new one.
    refetchInterval: ({ state: { data } }) => (data?.status === 'failed' ? false : data?.status === 'completed' ? 10 * 60_000 : 1000),
    staleTime: 0,
  })
  const made = job.data ?? begun
  const rows = made?.rows ?? 0
  const words = { count: rows, replace: { count: format.number(rows) } }
  const says = () => {
    if (!made) return t('export.starting')
    if (made.status === 'queued') return t('export.queued')
    if (made.status === 'running') return t('export.running', words)
    if (made.status === 'failed') return t('export.failed', { reason: made.error ?? '' })
    return made.url ? t('export.ready', words) : t('export.gone')
  }
  if (begin.isError) return <FailureNote error={begin.error} retry={() => mutate(crypto.randomUUID())} />
  const going = !made || made.status === 'queued' || made.status === 'running'
  return (
    <Stack>
      <Text size="sm" role="status">{says()}</Text>
      {going && <Progress value={100} animated aria-label={t('export.title')} />}
      {going && <Text size="xs" c="dimmed">{t('export.background')}</Text>}
      {job.isError && <FailureNote error={job.error} retry={() => void job.refetch()} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>{t('action.close')}</Button>
        {made?.status === 'failed' && <Button onClick={() => mutate(crypto.randomUUID())}>{t('export.again')}</Button>}
        {made?.url && (
          <Button component="a" href={made.url} download={made.file_name} rel="noreferrer" leftSection={<IconDownload size={16} />} data-autofocus>
            {t('export.download', { name: made.file_name })}
          </Button>
        )}
      </Group>
    </Stack>
  )
}
