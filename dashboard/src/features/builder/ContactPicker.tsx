import { Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Contact } from '@/api/schema'
import { contactsQuery } from './queries'

interface Props {
  label: string
  description?: string
  contact: Contact | null
  onChange: (contact: Contact | null) => void
}

const named = (contact: Contact) => contact.name || contact.phone || contact.email || contact.id

/** A contact, found by name, phone or e-mail. */
export function ContactPicker({ label, description, contact, onChange }: Props) {
  const { t } = useTranslation('builder')
  const [search, setSearch] = useState('')
  // What stands in the field after a choice is no search.
  const [wanted] = useDebouncedValue(contact && search === named(contact) ? '' : search.trim(), 250)
  const found = useQuery(contactsQuery(wanted))
  const rows = found.data ?? []
  const all = contact && !rows.some(({ id }) => id === contact.id) ? [contact, ...rows] : rows
  const byId = new Map(all.map((one) => [one.id, one]))
  return (
    <Select label={label} description={description} searchable clearable allowDeselect={false} placeholder={t('contact.search')}
      data={all.map((one) => ({ value: one.id, label: named(one) }))} value={contact?.id ?? null} onChange={(id) => onChange((id && byId.get(id)) || null)}
      searchValue={search} onSearchChange={setSearch} filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? t('picker.loading') : t('contact.nothing')} clearButtonProps={{ 'aria-label': t('picker.clear') }}
      renderOption={({ option }) => {
        const one = byId.get(option.value)
        return (
          <div>
            <Text size="sm">{option.label}</Text>
            <Text size="xs" c="dimmed">{[one?.phone, one?.email, one?.city].filter(Boolean).join(' · ')}</Text>
          </div>
        )
      }} />
  )
}
