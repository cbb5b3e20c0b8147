import { Button, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconTag, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ContactSearch } from './search'

interface Props {
  search: ContactSearch
  onChange: (change: Partial<ContactSearch>) => void
  onClear: () => void
}

/** What the list is narrowed by; all of it stands in the address. */
export function ContactFilters({ search, onChange, onClear }: Props) {
  const { t } = useTranslation('contacts')
  const [text, setText] = useState(search.search ?? '')
  const [tag, setTag] = useState({ shown: search.tag ?? '', of: search.tag })
  // A tag may also be chosen in the list.
  if (tag.of !== search.tag) setTag({ shown: search.tag ?? '', of: search.tag })
  const look = useDebouncedCallback(onChange, 300)
  const filtered = Object.entries(search).some(([key, value]) => key !== 'cursor' && value !== undefined)
  return (
    <Group gap="xs" align="flex-end">
      <TextInput type="search" aria-label={t('search')} placeholder={t('search')} leftSection={<IconSearch size={16} />} value={text} w={{ base: '100%', xs: 300 }}
        onChange={(event) => { setText(event.currentTarget.value); look({ search: event.currentTarget.value.trim() || undefined }) }} />
      <TextInput aria-label={t('tag')} placeholder={t('tag')} leftSection={<IconTag size={16} />} value={tag.shown} w={{ base: '100%', xs: 170 }} maxLength={255}
        onChange={(event) => { setTag({ shown: event.currentTarget.value, of: search.tag }); look({ tag: event.currentTarget.value.trim() || undefined }) }} />
      <Select aria-label={t('suppressed')} placeholder={t('suppressedAny')} clearable w={{ base: '100%', xs: 210 }}
        value={search.suppressed === undefined ? null : String(search.suppressed)}
        data={[{ value: 'true', label: t('suppressedOnly') }, { value: 'false', label: t('suppressedNot') }]}
        onChange={(value) => onChange({ suppressed: value === null ? undefined : value === 'true' })} />
      {filtered && <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={() => { setText(''); onClear() }}>{t('clear')}</Button>}
    </Group>
  )
}
