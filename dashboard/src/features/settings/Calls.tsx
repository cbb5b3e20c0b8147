import { NumberInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { Settings } from '@/api/schema'
import { fieldErrors } from '@/lib/fieldErrors'
import { SettingsForm } from './Form'
import { useSaveSettings } from './queries'

export function Calls({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const save = useSaveSettings()
  const form = useForm<{ call_concurrency: number | string }>({
    initialValues: { call_concurrency: settings.call_concurrency },
    validate: { call_concurrency: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1000 ? null : t('concurrencyRange')) },
  })
  const { errors, rest } = fieldErrors(save.error, ['call_concurrency'])
  return (
    <SettingsForm pending={save.isPending} changed={form.isDirty()} error={rest}
      onSubmit={form.onSubmit(({ call_concurrency }) => save.mutate({ call_concurrency: Number(call_concurrency) }, { onSuccess: () => form.resetDirty() }))}>
      <NumberInput label={t('concurrency')} description={t('concurrencyAbout')} min={1} max={1000} clampBehavior="none" allowDecimal={false} maw={320}
        {...form.getInputProps('call_concurrency')} error={form.errors.call_concurrency ?? errors.call_concurrency} />
    </SettingsForm>
  )
}
