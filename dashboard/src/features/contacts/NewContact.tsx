import { Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'
import { ContactForm, type NewLead } from './ContactForm'
import { called, changeOf, type ContactValues, valuesOf } from './values'

/** Asks for a new contact, creates it, and tells its id. */
export function openNewContact(created: (id: string) => void) {
  const modalId = modals.open({
    title: i18n.t('contacts:newTitle'), size: 'lg',
    children: <NewContact onClose={() => modals.close(modalId)} onCreated={created} />,
  })
}

function NewContact({ onClose, onCreated }: { onClose: () => void; onCreated: (id: string) => void }) {
  const { t } = useTranslation('contacts')
  const queries = useQueryClient()
  // The same attempt sent twice makes one contact.
  const [attempt, setAttempt] = useState({ body: '', key: '' })
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: ({ values, lead }: { values: ContactValues; lead: NewLead }) => {
      const body = {
        ...changeOf(undefined, values),
        ...(lead.lead_source ? { lead_source: lead.lead_source } : {}),
        ...(lead.notes ? { notes: lead.notes } : {}),
      }
      const text = JSON.stringify(body)
      const key = attempt.body === text ? attempt.key : crypto.randomUUID()
      setAttempt({ body: text, key })
      return answer(api.POST('/api/contacts', { body, params: { header: { 'Idempotency-Key': key } } }))
    },
    onSuccess: (contact) => {
      toastDone(t('createdDone', { name: called(contact) }))
      onClose()
      onCreated(contact.id)
      return queries.invalidateQueries({ queryKey: ['contacts'] })
    },
  })
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('newAbout')}</Text>
      <ContactForm initial={valuesOf()} isNew saveLabel={t('createConfirm')} pending={create.isPending} error={create.error} onCancel={onClose}
        onSave={(values, lead) => create.mutate({ values, lead })} />
    </Stack>
  )
}
