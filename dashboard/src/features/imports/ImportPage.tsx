import { Alert, Button, Group, Text } from '@mantine/core'
import { IconCheck, IconCircleX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useCan } from '@/api/me'
import type { Import } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, PageSkeleton } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { Columns } from './Columns'
import { ImportBadge } from './ImportBadge'
import { importQuery } from './queries'
import { RowErrors } from './RowErrors'
import { RowProgress } from './RowProgress'
import { dropUpload } from './upload'
import { Uploading } from './Uploading'

const route = getRouteApi('/contacts/imports/$id')

/** One import, from the file to the last row. It goes on without its reader. */
export function ImportPage() {
  const { t } = useTranslation(['imports', 'common'])
  const { id } = route.useParams()
  const query = useQuery(importQuery(id))
  const back = <AnchorLink to="/contacts/imports" size="sm">{t('allImports')}</AnchorLink>
  if (query.isPending) return <PageSkeleton />
  if (!query.data) return <>{back}<FailureNote error={query.error} retry={() => void query.refetch()} /></>
  const one = query.data
  return (
    <>
      {back}
      <Page title={one.file_name} actions={<Cancel of={one} />}
        about={<Group gap="xs"><ImportBadge status={one.status} /><span>{t('created')} <Moment at={one.created_at} />{one.lead_source && ` · ${t('leadSource')}: ${one.lead_source}`}</span></Group>}>
        {query.isError && <FailureNote error={query.error} retry={() => void query.refetch()} />}
        {one.status === 'awaiting_upload' && <Uploading of={one} />}
        {one.status === 'ready' && <Columns key={one.id} of={one} />}
        {one.status === 'failed' && <Alert color="red" title={t('failed')}>{one.error}</Alert>}
        {one.status === 'cancelled' && <Alert color="gray" title={t('cancelled')}>{t('cancelledText')}</Alert>}
        {one.status === 'completed' && <Done of={one} />}
        {one.started_at && <RowProgress of={one} />}
        {one.progress.rejected > 0 && <RowErrors of={one} />}
      </Page>
    </>
  )
}

function Done({ of }: { of: Import }) {
  const { t } = useTranslation('imports')
  const format = useFormat()
  return (
    <Alert color="teal" icon={<IconCheck />} title={t('done', { count: of.progress.accepted, shown: format.number(of.progress.accepted) })}>
      <Text size="sm">{t('doneText')}</Text>
      <Group gap="xs" mt="sm">
        <ButtonLink to="/contacts" search={{}} size="xs" variant="light">{t('toContacts')}</ButtonLink>
        <ButtonLink to="/leads" size="xs" variant="light">{t('toLeads')}</ButtonLink>
      </Group>
    </Alert>
  )
}

function Cancel({ of }: { of: Import }) {
  const { t } = useTranslation('imports')
  const can = useCan()
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => answer(api.POST('/api/contacts/imports/{id}/cancel', { params: { path: { id: of.id } } })),
    onSuccess: (now) => {
      dropUpload(of.id)
      queries.setQueryData(importQuery(of.id).queryKey, now)
      return queries.invalidateQueries({ queryKey: ['imports'] })
    },
  })
  if (!can('write') || !['awaiting_upload', 'ready', 'running'].includes(of.status)) return null
  return (
    <Button variant="default" color="red" leftSection={<IconCircleX size={16} />} loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {t('cancel')}
    </Button>
  )
}
