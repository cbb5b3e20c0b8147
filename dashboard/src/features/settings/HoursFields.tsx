import { Chip, Group, Paper, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { timeZones } from '@/domain/zones'
import { allDays, type HoursValue, wrongHours } from './hours'

interface Props {
  title: string
  about: string
  /** What the switch turns on. */
  label: string
  /** What no zone means. */
  zoneDefault: string
  value: HoursValue
  onChange: (value: HoursValue) => void
  error?: string
}

// The first of January 2024 was a Monday.
const monday = Date.UTC(2024, 0, 1)

/** Weekly hours, or none. */
export function HoursFields({ title, about, label, zoneDefault, value, onChange, error }: Props) {
  const { t, i18n } = useTranslation('settings')
  const zones = useMemo(() => timeZones(value.time_zone), [value.time_zone])
  const days = useMemo(() => {
    const name = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
    return allDays.map((day) => ({ day, name: name.format(monday + (Number(day) - 1) * 86_400_000) }))
  }, [i18n.language])
  const wrong = wrongHours(value)
  const set = (change: Partial<HoursValue>) => onChange({ ...value, ...change })
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <div>
          <Text fw={600}>{title}</Text>
          <Text size="sm" c="dimmed">{about}</Text>
        </div>
        <Switch label={label} checked={value.open} onChange={(event) => set({ open: event.currentTarget.checked })} />
        {value.open && (
          <>
            <Group gap="sm" align="flex-start">
              <TextInput type="time" label={t('opens')} value={value.start} onChange={(event) => set({ start: event.currentTarget.value })} />
              <TextInput type="time" label={t('closes')} value={value.end} onChange={(event) => set({ end: event.currentTarget.value })} error={wrong === 'order' ? t('closesAfter') : undefined} />
              <Select label={t('hoursZone')} searchable clearable placeholder={zoneDefault} data={zones} comboboxProps={{ keepMounted: false }} value={value.time_zone || null} onChange={(zone) => set({ time_zone: zone ?? '' })} style={{ flex: '1 1 200px' }} />
            </Group>
            <Chip.Group multiple value={value.days} onChange={(chosen) => set({ days: chosen })}>
              <Group gap={6} role="group" aria-label={t('days')}>{days.map(({ day, name }) => <Chip key={day} value={day} size="sm">{name}</Chip>)}</Group>
            </Chip.Group>
            {wrong === 'days' && <Text size="xs" c="red">{t('daysMissing')}</Text>}
          </>
        )}
        {error && <Text size="xs" c="red" role="alert">{error}</Text>}
      </Stack>
    </Paper>
  )
}
