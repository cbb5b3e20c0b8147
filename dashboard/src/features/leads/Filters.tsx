import { Autocomplete, Button, Chip, Group, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { filterOf } from './queries'
import { leadOutcomes, type LeadSearch } from './search'

interface Props {
  search: LeadSearch
  /** Sources to offer: those of the leads shown. */
  sources: string[]
  onChange: (change: Partial<LeadSearch>) => void
  onClear: () => void
}

// The browser's own field says neither which end it is nor that it is empty.
const day = { size: 'sm', styles: { label: { fontSize: 'var(--mantine-font-size-xs)', fontWeight: 400 } } } as const

/** What the list is narrowed by; all of it stands in the address. */
export function Filters({ search, sources, onChange, onClear }: Props) {
  const { t } = useTranslation('leads')
  const [source, setSource] = useState(search.source ?? '')
  const look = useDebouncedCallback((wanted: string) => onChange({ source: wanted.trim() || undefined }), 400)
  const filtered = Object.keys(filterOf(search)).length > 0
  return (
    <Stack gap="xs">
      <Chip.Group value={search.outcome ?? 'all'} onChange={(value) => onChange({ outcome: leadOutcomes.find((one) => one === value) })}>
        <Group gap={6} role="group" aria-label={t('outcomeFilter')}>
          <Chip value="all" size="sm">{t('all')}</Chip>
          {leadOutcomes.map((outcome) => <Chip key={outcome} value={outcome} size="sm">{t(`outcome.${outcome}`)}</Chip>)}
        </Group>
      </Chip.Group>
      <Group gap="xs" align="flex-end">
        <Autocomplete aria-label={t('source')} placeholder={t('sourceHint')} data={sources} value={source} maxLength={255} w={{ base: '100%', xs: 220 }}
          onChange={(value) => { setSource(value); look(value) }} />
        <TextInput type="date" label={t('from')} {...day} value={search.from ?? ''} max={search.to} onChange={(event) => onChange({ from: event.currentTarget.value || undefined })} />
        <TextInput type="date" label={t('to')} {...day} value={search.to ?? ''} min={search.from} onChange={(event) => onChange({ to: event.currentTarget.value || undefined })} />
        {filtered && <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={() => { setSource(''); onClear() }}>{t('clear')}</Button>}
      </Group>
    </Stack>
  )
}
