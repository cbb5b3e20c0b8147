import { Chip, Group, Input, Select, Stack, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/api/me'
import { timeZones } from '@/domain/zones'
import { useFormat } from '@/i18n/format'
import { useEditing, useField } from './context'

const days = [1, 2, 3, 4, 5, 6, 7]

/** The business hours of the flow itself: from, to, in which time zone, on which days. */
export default function OwnHours() {
  const { t } = useTranslation('builder')
  const format = useFormat()
  const me = useMe()
  const { draft, update } = useEditing()
  const field = useField()
  const zones = useMemo(() => timeZones(draft.hoursZone).map((name) => ({ value: name, label: name.replaceAll('_', ' ') })), [draft.hoursZone])
  return (
    <Stack gap="md">
      <Group align="flex-start">
        <TextInput type="time" label={t('hours.start')} value={draft.hoursStart} {...field('business_hours_start')} w={150}
          onChange={(event) => update({ hoursStart: event.currentTarget.value })} />
        <TextInput type="time" label={t('hours.end')} value={draft.hoursEnd} {...field('business_hours_end')} w={150}
          onChange={(event) => update({ hoursEnd: event.currentTarget.value })} />
        <Select label={t('hours.zone')} placeholder={t('hours.tenantZone', { zone: me.time_zone })} data={zones} value={draft.hoursZone || null}
          {...field('business_hours_timezone')} searchable clearable limit={100} style={{ flex: '1 1 260px' }} maw={420} nothingFoundMessage={t('picker.nothing')}
          clearButtonProps={{ 'aria-label': t('picker.clear') }} onChange={(zone) => update({ hoursZone: zone ?? '' })} />
      </Group>
      <Input.Wrapper label={t('hours.days')} error={field('business_hours_days').error} labelElement="div">
        <Chip.Group multiple value={draft.hoursDays.map(String)} onChange={(chosen) => update({ hoursDays: chosen.map(Number).sort() })}>
          <Group gap="xs" mt={4}>
            {days.map((day) => <Chip key={day} value={String(day)} size="sm">{format.weekday(day)}</Chip>)}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
    </Stack>
  )
}
