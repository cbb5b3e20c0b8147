import { Select, type SelectProps, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerList, api } from '@/api/client'
import type { Contact } from '@/api/schema'

const found = (search: string) =>
  queryOptions({
    queryKey: ['contacts', 'picker', search],
    queryFn: async ({ signal }) => (await answerList(api.GET('/api/contacts', { params: { query: { limit: 20, search: search || undefined } }, signal }))).data,
    placeholderData: keepPreviousData,
  })

const named = (contact: Contact) => contact.name || contact.phone || contact.email || contact.id

interface Props extends Pick<SelectProps, 'label' | 'aria-label' | 'description' | 'placeholder' | 'size' | 'w'> {
  contact: Contact | null
  onChange: (contact: Contact | null) => void
}

/** A contact, found by name, phone or e-mail. */
export function ContactPicker({ contact, onChange, ...field }: Props) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  // What stands in the field after a choice is no search.
  const [wanted] = useDebouncedValue(contact && search === named(contact) ? '' : search.trim(), 250)
  const list = useQuery(found(wanted))
  const rows = list.data ?? []
  const all = contact && !rows.some(({ id }) => id === contact.id) ? [contact, ...rows] : rows
  const byId = new Map(all.map((one) => [one.id, one]))
  return (
    <Select placeholder={t('contact.search')} {...field} searchable clearable allowDeselect={false}
      data={all.map((one) => ({ value: one.id, label: named(one) }))} value={contact?.id ?? null} onChange={(id) => onChange((id && byId.get(id)) || null)}
      searchValue={search} onSearchChange={setSearch} filter={({ options }) => options}
      nothingFoundMessage={list.isPending ? t('contact.loading') : t('contact.nothing')} clearButtonProps={{ 'aria-label': t('action.clear') }}
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
