import { Alert, Button, Group, Loader, Paper, Progress, Stack, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, done } from '@/api/client'
import { useCan } from '@/api/me'
import type { Import } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { useFormat } from '@/i18n/format'
import { ChooseFile } from './ChooseFile'
import { dropUpload, retryUpload, type UploadState, useUpload } from './upload'
import { useNewImport } from './useNewImport'

/** While the file is not there yet: how far it is, or how to send it again. */
export function Uploading({ of }: { of: Import }) {
  const { t } = useTranslation(['imports', 'common'])
  const upload = useUpload(of.id)
  if (!upload) return <Lost of={of} />
  if (upload.state === 'failed')
    return (
      <Alert color="red" title={t('uploadFailed')} role="alert">
        <Text size="sm">{upload.status ? t('uploadRefused', { status: upload.status }) : t('uploadBroken')}</Text>
        <Button mt="sm" size="xs" variant="light" color="red" onClick={() => retryUpload(of.id)}>{t('common:failure.retry')}</Button>
      </Alert>
    )
  return <Sending upload={upload} />
}

function Sending({ upload }: { upload: UploadState }) {
  const { t } = useTranslation('imports')
  const format = useFormat()
  const share = upload.total > 0 ? upload.sent / upload.total : 0
  if (upload.state === 'uploaded')
    return <Paper withBorder p="md"><Group role="status"><Loader size="sm" /><Text size="sm">{t('reading')}</Text></Group></Paper>
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb={6}><Text size="sm">{t('uploading')}</Text><Text size="sm">{format.percent(share)}</Text></Group>
      <Progress value={share * 100} aria-label={t('uploading')} />
      <Text size="xs" c="dimmed" mt={6}>{t('uploadStay')}</Text>
    </Paper>
  )
}

/** After a reload the browser has forgotten the file: it is chosen again, in place of this import. */
function Lost({ of }: { of: Import }) {
  const { t } = useTranslation('imports')
  const can = useCan()
  const navigate = useNavigate()
  const create = useNewImport((id) => {
    dropUpload(of.id)
    void navigate({ to: '/contacts/imports/$id', params: { id }, replace: true })
    // It waits for nothing any more; when this fails it ends by itself.
    done(api.POST('/api/contacts/imports/{id}/cancel', { params: { path: { id: of.id } } })).catch(() => undefined)
  })
  return (
    <Stack>
      <Alert color="yellow" title={t('waiting')}>{t('waitingText')}</Alert>
      {can('write') && <ChooseFile loading={create.isPending} onChoose={(file) => create.mutate({ file, leadSource: of.lead_source })} />}
      {create.isError && <FailureNote error={create.error} />}
    </Stack>
  )
}
