import { Group, NumberInput, Radio, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import { useEditing, useField } from './context'
import { Section } from './Section'

const OwnHours = lazy(() => import('./OwnHours'))

/** When the flow takes leads, what happens outside, and how soon a contact may enter it again. */
export function Hours() {
  const { t } = useTranslation('builder')
  const format = useFormat()
  const { draft, update } = useEditing()
  const field = useField()
  return (
    <Section title={t('hours.title')} about={t('hours.about')}>
      <Switch label={t('hours.own')} description={draft.customHours ? undefined : t('hours.default')} checked={draft.customHours}
        onChange={(event) => {
          const on = event.currentTarget.checked
          update((now) => ({ customHours: on, ...(on && !now.hoursStart && !now.hoursEnd ? { hoursStart: '09:00', hoursEnd: '18:00' } : {}) }))
        }} />
      {draft.customHours && <Suspense fallback={<Skeleton h={150} />}><OwnHours /></Suspense>}
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
