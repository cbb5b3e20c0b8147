import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerList, api } from '@/api/client'

interface Props {
  value: string | null
  onChange: (id: string | null) => void
}

/** A contact whose values stand in for the variables; none is the server's sample. */
export function ContactPicker({ value, onChange }: Props) {
  const { t } = useTranslation('templates')
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text, 250)
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null)
  const found = useQuery({
    queryKey: ['contacts', 'picker', search],
    queryFn: ({ signal }) => answerList(api.GET('/api/contacts', { params: { query: { search: search || undefined, limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
  })
  const options = (found.data?.data ?? []).map((contact) => ({ value: contact.id, label: [contact.name, contact.email || contact.phone].filter(Boolean).join(' · ') || contact.id }))
  const shown = chosen && !options.some((one) => one.value === chosen.value) ? [chosen, ...options] : options
  return (
    <Select size="xs" aria-label={t('for')} placeholder={t('sample')} clearable searchable value={value} data={shown} filter={({ options }) => options} w={{ base: '100%', xs: 240 }}
      nothingFoundMessage={found.isFetching ? undefined : t('noContact')} searchValue={text} onSearchChange={setText}
      onChange={(id, option) => {
        setChosen(option && { value: option.value, label: option.label })
        onChange(id)
      }} />
  )
}
