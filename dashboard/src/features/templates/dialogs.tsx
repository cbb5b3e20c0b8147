import { Alert, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { Failure } from '@/api/failure'
import type { EmailTemplate } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'
import { useDelete } from './queries'

/** Asks before a template is deleted; one that flows need stays, and they are named. */
export function confirmDelete(template: EmailTemplate, onDone: () => void) {
  const modalId = modals.open({
    title: i18n.t('templates:deleteTitle', { name: template.name }),
    children: <DeleteTemplate template={template} onClose={() => modals.close(modalId)} onDone={onDone} />,
  })
}

function DeleteTemplate({ template, onClose, onDone }: { template: EmailTemplate; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation(['templates', 'common'])
  const remove = useDelete(() => {
    toastDone(t('deleted', { name: template.name }))
    onClose()
    onDone()
  })
  const needed = remove.error instanceof Failure && remove.error.status === 409
  return (
    <Stack>
      <Text size="sm">{t('deleteText')}</Text>
      {remove.isError && <FailureNote error={remove.error} title={needed ? t('deleteNot') : undefined} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>{needed ? t('common:action.close') : t('common:action.cancel')}</Button>
        {!needed && <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(template)}>{t('deleteConfirm')}</Button>}
      </Group>
    </Stack>
  )
}

interface TestSend {
  id: string
  contact: string | null
  /** Whether the form holds what is not saved, and so not sent. */
  dirty: boolean
  /** The address of who is signed in. */
  to: string
}

export function openTestSend(what: TestSend) {
  const modalId = modals.open({ title: i18n.t('templates:test'), children: <TestSendForm {...what} onClose={() => modals.close(modalId)} /> })
}

function TestSendForm({ id, contact, dirty, to: mine, onClose }: TestSend & { onClose: () => void }) {
  const { t } = useTranslation(['templates', 'common'])
  const [to, setTo] = useState(mine)
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: () => answer(api.POST('/api/email-templates/{id}/test-send', { params: { path: { id } }, body: { to: to.trim(), ...(contact ? { contact_id: contact } : {}) } })),
  })
  const problem = send.error instanceof Failure ? send.error.details.find((d) => d.field === 'to') : undefined
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); send.mutate() }}>
      <Stack>
        <Text size="sm">{t('testText')}{dirty && <> <b>{t('testSaved')}</b></>}</Text>
        <TextInput type="email" label={t('testTo')} required value={to} error={problem?.message} data-autofocus onChange={(event) => { setTo(event.currentTarget.value); send.reset() }} />
        {send.isError && !problem && <FailureNote error={send.error} />}
        {send.isSuccess && (
          <Alert color="teal" icon={<IconCheck />} role="status" title={t('testSent', { to: send.data.to })}>
            {send.data.missing.length > 0 && <Text size="sm">{t('missingText')} {send.data.missing.map((name) => <Code key={name} mr={4}>{name}</Code>)}</Text>}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:action.close')}</Button>
          <Button type="submit" loading={send.isPending} disabled={!to.trim()}>{t('testConfirm')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
