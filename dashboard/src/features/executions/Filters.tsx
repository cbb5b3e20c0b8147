import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowsQuery } from '@/api/flows'
import type { ExecutionSearch } from './search'

interface Props {
  search: ExecutionSearch
  onChange: (change: Partial<ExecutionSearch>) => void
  onClear: () => void
}

// The browser's own field says neither which end it is nor that it is empty.
const day = { size: 'sm', styles: { label: { fontSize: 'var(--mantine-font-size-xs)', fontWeight: 400 } } } as const

/** What the list is narrowed by; all of it stands in the address. */
export function Filters({ search, onChange, onClear }: Props) {
  const { t } = useTranslation('executions')
  const flows = useQuery(flowsQuery)
  const [text, setText] = useState(search.search ?? '')
  const look = useDebouncedCallback((wanted: string) => onChange({ search: wanted.trim() || undefined }), 300)
  const filtered = Object.entries(search).some(([key, value]) => key !== 'cursor' && value !== undefined)
  return (
    <Group gap="xs" align="flex-end">
      <TextInput type="search" aria-label={t('search')} placeholder={t('search')} leftSection={<IconSearch size={16} />} value={text} w={{ base: '100%', xs: 250 }}
        onChange={(event) => { setText(event.currentTarget.value); look(event.currentTarget.value) }} />
      <Select aria-label={t('flow')} placeholder={t('anyFlow')} clearable searchable value={search.flow_id ?? null} w={{ base: '100%', xs: 200 }}
        data={(flows.data ?? []).map((flow) => ({ value: flow.id, label: flow.name }))} onChange={(id) => onChange({ flow_id: id ?? undefined })} />
      <TextInput type="date" label={t('from')} {...day} value={search.from ?? ''} max={search.to} onChange={(event) => onChange({ from: event.currentTarget.value || undefined })} />
      <TextInput type="date" label={t('to')} {...day} value={search.to ?? ''} min={search.from} onChange={(event) => onChange({ to: event.currentTarget.value || undefined })} />
      <Checkbox label={t('tests')} checked={search.tests ?? false} onChange={(event) => onChange({ tests: event.currentTarget.checked ? true : undefined })} my={8} />
      {filtered && <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={() => { setText(''); onClear() }}>{t('clear')}</Button>}
    </Group>
  )
}
