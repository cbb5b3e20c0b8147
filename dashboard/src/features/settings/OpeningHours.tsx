import { Text, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { Settings } from '@/api/schema'
import { fieldErrors } from '@/lib/fieldErrors'
import { SettingsForm } from './Form'
import { hoursOf, type HoursValue, hoursValue, wrongHours } from './hours'
import { HoursFields } from './HoursFields'
import { useSaveSettings } from './queries'

const windows = ['ai_call', 'whatsapp_message', 'email'] as const
const parts = ['business_hours', ...windows] as const
const names = ['business_hours', ...windows.map((one) => `contact_windows.${one}`)]

/** When flows begin, and when people may be reached. */
export function OpeningHours({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const save = useSaveSettings()
  const form = useForm<Record<(typeof parts)[number], HoursValue>>({
    initialValues: {
      business_hours: hoursValue(settings.business_hours, { start: '09:00', end: '18:00' }),
      ai_call: hoursValue(settings.contact_windows.ai_call, { start: '09:00', end: '21:00' }),
      whatsapp_message: hoursValue(settings.contact_windows.whatsapp_message, { start: '09:00', end: '21:00' }),
      email: hoursValue(settings.contact_windows.email, { start: '08:00', end: '22:00' }),
    },
  })
  const { errors, rest } = fieldErrors(save.error, names)
  const values = form.getValues()
  const submit = () => {
    if (parts.some((part) => wrongHours(values[part]))) return
    save.mutate(
      { business_hours: hoursOf(values.business_hours), contact_windows: { ai_call: hoursOf(values.ai_call), whatsapp_message: hoursOf(values.whatsapp_message), email: hoursOf(values.email) } },
      { onSuccess: () => form.resetDirty() },
    )
  }
  return (
    <SettingsForm pending={save.isPending} changed={form.isDirty()} error={rest} onSubmit={form.onSubmit(submit)}>
      <HoursFields title={t('businessHours')} about={t('businessHoursAbout')} label={t('businessHoursOn')} zoneDefault={settings.time_zone}
        value={values.business_hours} onChange={(value) => form.setFieldValue('business_hours', value)} error={errors.business_hours} />
      <div>
        <Title order={2} size="h4">{t('windows')}</Title>
        <Text size="sm" c="dimmed">{t('windowsAbout')}</Text>
      </div>
      {windows.map((one) => (
        <HoursFields key={one} title={t(`window.${one}`)} about={t(`windowAbout.${one}`)} label={t('windowOn')} zoneDefault={t('contactZone')}
          value={values[one]} onChange={(value) => form.setFieldValue(one, value)} error={errors[`contact_windows.${one}`]} />
      ))}
    </SettingsForm>
  )
}
