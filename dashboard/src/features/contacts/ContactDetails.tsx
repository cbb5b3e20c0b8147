import { Badge, Button, Group, Paper, Table, Text, Title } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useCan } from '@/api/me'
import type { Contact, ContactWithFacts } from '@/api/schema'
import { toastDone } from '@/components/toasts'
import { ContactForm } from './ContactForm'
import { Phone } from './ContactTable'
import { contactQuery } from './queries'
import { changeOf, type ContactValues, shown, valuesOf } from './values'

/** The fields of a contact, changed in their place. */
export function ContactDetails({ contact }: { contact: ContactWithFacts }) {
  const { t } = useTranslation(['contacts', 'common'])
  const can = useCan()
  const queries = useQueryClient()
  // The fields as they were when the form was opened: what somebody else changes meanwhile stays.
  const [editing, setEditing] = useState<Contact>()
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ before, values }: { before: Contact; values: ContactValues }) =>
      answer(api.PATCH('/api/contacts/{id}', { params: { path: { id: before.id } }, body: changeOf(before, values) })),
    onSuccess: async (saved) => {
      queries.setQueryData(contactQuery(saved.id).queryKey, (now) => now && { ...now, ...saved })
      setEditing(undefined)
      toastDone(t('saved'))
      await queries.invalidateQueries({ queryKey: ['contacts'] })
    },
  })
  const custom = Object.entries(contact.custom_fields)
  return (
    <Paper withBorder p="md" h="100%">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">{t('details')}</Title>
        {can('write') && !editing && (
          <Button size="xs" variant="light" leftSection={<IconPencil size={14} />} onClick={() => { save.reset(); setEditing(contact) }}>{t('edit')}</Button>
        )}
      </Group>
      {editing ? (
        <ContactForm initial={valuesOf(editing)} saveLabel={t('common:action.save')} pending={save.isPending} error={save.error}
          onSave={(values) => save.mutate({ before: editing, values })} onCancel={() => setEditing(undefined)} />
      ) : (
        <Table layout="fixed" withRowBorders={false} verticalSpacing={4} style={{ overflowWrap: 'anywhere' }}>
          <Table.Tbody>
            <Row label={t('field.phone')}><Phone of={contact} /></Row>
            <Row label={t('field.email')}>{contact.email}</Row>
            <Row label={t('field.company')}>{contact.company}</Row>
            <Row label={t('field.city')}>{contact.city}</Row>
            <Row label={t('field.country')}>{contact.country}</Row>
            <Row label={t('timeZone')}>{contact.time_zone || t('tenantZone')}</Row>
            {contact.external_id && <Row label={t('field.external_id')}>{contact.external_id}</Row>}
            <Row label={t('field.tags')}>
              {contact.tags.length > 0 && <Group gap={4}>{contact.tags.map((tag) => <Badge key={tag} variant="default">{tag}</Badge>)}</Group>}
            </Row>
            {custom.map(([name, value]) => <Row key={name} label={name}>{shown(value)}</Row>)}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  )
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={{ base: 110, sm: 150 }} c="dimmed" fw={400} style={{ verticalAlign: 'top' }}>{label}</Table.Th>
      <Table.Td>{children || <Text span inherit c="dimmed">–</Text>}</Table.Td>
    </Table.Tr>
  )
}
