import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconDeviceFloppy, IconSend, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuth } from 'react-oidc-context'
import { Failure } from '@/api/failure'
import { useCan } from '@/api/me'
import type { Contact, EmailTemplateWithTexts } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink } from '@/components/links'
import { Page, PageSkeleton } from '@/components/Page'
import { toastDone } from '@/components/toasts'
import { confirmDelete, openTestSend } from './dialogs'
import { type Draft, draftOf, emptyDraft, inputOf, problemsOf, same } from './draft'
import { Editor } from './Editor'
import { useLivePreview } from './preview'
import { PreviewPanel } from './PreviewPanel'
import { templateQuery, useSave } from './queries'

/** A template that is made. */
export function CreateTemplatePage() {
  return <TemplateForm />
}

/** A template that is there. */
export function TemplatePage() {
  const { id } = useParams({ from: '/email-templates/$id' })
  const template = useQuery(templateQuery(id))
  if (template.isPending || (template.isFetching && !template.isFetchedAfterMount)) return <PageSkeleton />
  if (!template.data) return <FailureNote error={template.error} retry={() => void template.refetch()} />
  return <TemplateForm key={id} stored={template.data} />
}

function TemplateForm({ stored }: { stored?: EmailTemplateWithTexts }) {
  const { t } = useTranslation(['templates', 'common'])
  const can = useCan()
  const auth = useAuth()
  const navigate = useNavigate()
  const queries = useQueryClient()
  // What the form began with: it stays when someone else saves meanwhile.
  const [base, setBase] = useState(stored)
  const start = base ? draftOf(base) : emptyDraft
  const [draft, setDraft] = useState<Draft>(start)
  const [contact, setContact] = useState<Contact | null>(null)
  const [key] = useState(() => crypto.randomUUID())
  const leaving = useRef(false)
  const dirty = !same(draft, start)
  const live = useLivePreview(draft, contact?.id ?? null)
  const take = (template: EmailTemplateWithTexts) => {
    setBase(template)
    setDraft(draftOf(template))
  }
  const save = useSave((saved) => {
    toastDone(t('saved', { name: saved.name }))
    if (base) return take(saved)
    leaving.current = true
    void navigate({ to: '/email-templates/$id', params: { id: saved.id }, replace: true })
  })
  const blocker = useBlocker({ shouldBlockFn: () => dirty && !leaving.current, enableBeforeUnload: () => dirty && !leaving.current, withResolver: true })
  const failure = save.error instanceof Failure ? save.error : undefined
  const conflict = failure?.status === 409 && base !== undefined
  const readOnly = !can('write')
  const submit = (at = base) => save.mutate({ at, input: inputOf(draft), key })
  const newest = async (id: string) => queries.fetchQuery({ ...templateQuery(id), staleTime: 0 })
  return (
    <Page title={base?.name ?? t('create')} about={<AnchorLink to="/email-templates" size="sm">{t('toList')}</AnchorLink>} actions={!readOnly && (
      <>
        {base && <Button variant="default" leftSection={<IconSend size={16} />} onClick={() => openTestSend({ id: base.id, contact: contact?.id ?? null, dirty, to: auth.user?.profile.email ?? '' })}>{t('test')}</Button>}
        {base && (
          <Button variant="default" color="red" leftSection={<IconTrash size={16} />}
            onClick={() => confirmDelete(base, () => { leaving.current = true; void navigate({ to: '/email-templates' }) })}>
            {t('delete')}
          </Button>
        )}
        <Button leftSection={<IconDeviceFloppy size={16} />} type="submit" form="template" loading={save.isPending} disabled={base && !dirty}>{t('common:action.save')}</Button>
      </>
    )}>
      {save.isError && !conflict && <FailureNote error={save.error} title={t('notSaved')} />}
      {conflict && (
        <Alert color="orange" title={t('conflict')} role="alert">
          <Text size="sm" mb="xs">{t('conflictText')}</Text>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => void newest(base.id).then((theirs) => { take(theirs); save.reset() })}>{t('takeTheirs')}</Button>
            <Button size="xs" color="orange" onClick={() => void newest(base.id).then((theirs) => submit(theirs))}>{t('keepMine')}</Button>
          </Group>
        </Alert>
      )}
      <form id="template" noValidate onSubmit={(event) => { event.preventDefault(); submit() }}>
        <Group align="flex-start" gap="md">
          <Stack style={{ flex: '1 1 420px', minWidth: 0 }}>
            <Editor draft={draft} onChange={(change) => setDraft((now) => ({ ...now, ...change }))} readOnly={readOnly}
              problems={{ ...problemsOf(live.failure), ...problemsOf(failure) }} />
          </Stack>
          <Stack style={{ flex: '1 1 380px', minWidth: 0 }}><PreviewPanel live={live} contact={contact} onContact={setContact} /></Stack>
        </Group>
      </form>
      <Modal opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()} title={t('leaveTitle')} closeButtonProps={{ 'aria-label': t('common:action.close') }}>
        <Text size="sm">{t('leaveText')}</Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus>{t('stay')}</Button>
          <Button color="red" onClick={() => blocker.proceed?.()}>{t('leave')}</Button>
        </Group>
      </Modal>
    </Page>
  )
}
