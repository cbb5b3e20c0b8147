import { Chip, Group, Input, NumberInput, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/api/me'
import { timeZones } from '@/domain/zones'
import { useFormat } from '@/i18n/format'
import { useEditing, useField } from './context'
import { Section } from './Section'

const days = [1, 2, 3, 4, 5, 6, 7]
/** A Monday, to name the weekdays by. */
const monday = Date.UTC(2024, 0, 1)

/** When the flow takes leads, what happens outside, and how soon a contact may enter it again. */
export function Hours() {
  const { t, i18n } = useTranslation('builder')
  const format = useFormat()
  const me = useMe()
  const { draft, update } = useEditing()
  const field = useField()
  const zones = useMemo(() => timeZones(draft.hoursZone).map((name) => ({ value: name, label: name.replaceAll('_', ' ') })), [draft.hoursZone])
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
  const dayError = field('business_hours_days').error
  return (
    <Section title={t('hours.title')} about={t('hours.about')}>
      <Switch label={t('hours.own')} description={draft.customHours ? undefined : t('hours.default')} checked={draft.customHours}
        onChange={(event) => {
          const on = event.currentTarget.checked
          update((now) => ({ customHours: on, ...(on && !now.hoursStart && !now.hoursEnd ? { hoursStart: '09:00', hoursEnd: '18:00' } : {}) }))
        }} />
      {draft.customHours && (
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
          <Input.Wrapper label={t('hours.days')} error={dayError} labelElement="div">
            <Chip.Group multiple value={draft.hoursDays.map(String)} onChange={(chosen) => update({ hoursDays: chosen.map(Number).sort() })}>
              <Group gap="xs" mt={4}>
                {days.map((day) => <Chip key={day} value={String(day)} size="sm">{weekday.format(monday + (day - 1) * 86_400_000)}</Chip>)}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
        </Stack>
      )}
      <Radio.Group label={t('hours.outside')} value={draft.outsideHours} onChange={(value) => update({ outsideHours: value === 'defer' ? 'defer' : 'next_flow' })}>
        <Stack gap="xs" mt={6}>
          <Radio value="next_flow" label={t('hours.next_flow')} description={t('hours.next_flowText')} />
          <Radio value="defer" label={t('hours.defer')} description={t('hours.deferText')} />
        </Stack>
      </Radio.Group>
      <Group align="flex-end" gap="sm">
        <NumberInput label={t('reentry.label')} description={t('reentry.text')} value={draft.reentryMinutes ?? ''} {...field('reentry_minutes')} min={0} max={525_600}
          allowDecimal={false} allowNegative={false} clampBehavior="none" maw={420} suffix={' ' + t('unit.short')}
          onChange={(value) => update({ reentryMinutes: value === '' ? null : Number(value) })} />
        {draft.reentryMinutes !== null && draft.reentryMinutes >= 60 && <Text size="sm" c="dimmed" pb={8}>= {format.duration(draft.reentryMinutes * 60)}</Text>}
      </Group>
    </Section>
  )
}
