import { Radio, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '@/api/schema'
import { timeZones } from '@/domain/zones'
import { fieldErrors } from '@/lib/fieldErrors'
import { SettingsForm } from './Form'
import { useSaveSettings } from './queries'
import { regions } from './regions'

const names = ['name', 'time_zone', 'default_region', 'match_mode', 'one_execution_per_contact'] as const

// Hundreds of options are drawn only while they are looked at.
const onDemand = { keepMounted: false }

export function General({ settings }: { settings: Settings }) {
  const { t, i18n } = useTranslation('settings')
  const save = useSaveSettings()
  const { name, time_zone, default_region, match_mode, one_execution_per_contact } = settings
  const form = useForm({
    initialValues: { name, time_zone, default_region, match_mode, one_execution_per_contact },
    validate: { name: (value) => (value.trim() ? null : t('nameMissing')) },
  })
  const { errors, rest } = fieldErrors(save.error, names)
  const zones = useMemo(() => timeZones(time_zone), [time_zone])
  const countries = useMemo(() => regions(i18n.language, default_region), [i18n.language, default_region])
  const field = (of: (typeof names)[number]) => ({ ...form.getInputProps(of), error: form.errors[of] ?? errors[of] })
  return (
    <SettingsForm pending={save.isPending} changed={form.isDirty()} error={rest}
      onSubmit={form.onSubmit((values) => save.mutate(values, { onSuccess: () => form.resetDirty() }))}>
      <TextInput label={t('name')} description={t('nameAbout')} maxLength={255} {...field('name')} />
      <Select label={t('zone')} description={t('zoneAbout')} searchable allowDeselect={false} data={zones} comboboxProps={onDemand} {...field('time_zone')} />
      <Select label={t('region')} description={t('regionAbout')} searchable allowDeselect={false} data={countries} comboboxProps={onDemand} {...field('default_region')} />
      <Radio.Group label={t('matchMode')} {...field('match_mode')}>
        <Stack gap="xs" mt="xs">
          <Radio value="first" label={t('matchFirst')} description={t('matchFirstAbout')} />
          <Radio value="all" label={t('matchAll')} description={t('matchAllAbout')} />
        </Stack>
      </Radio.Group>
      <Switch label={t('oneExecution')} description={t('oneExecutionAbout')} {...form.getInputProps('one_execution_per_contact', { type: 'checkbox' })} error={errors.one_execution_per_contact} />
    </SettingsForm>
  )
}
