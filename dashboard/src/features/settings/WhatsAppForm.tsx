import { SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import type { Integration, WhatsAppSettings } from '@/api/schema'
import { ConnectForm } from './ConnectForm'
import { type Secret, secretBody, SecretField } from './SecretField'

interface Props {
  integration: Integration
  config: WhatsAppSettings | undefined
  onClose: (saved: boolean) => void
}

const fields = ['secret', 'config.business_account_id', 'config.phone_number_id', 'config.base_url', 'config.mode']

export function WhatsAppForm({ integration, config, onClose }: Props) {
  const { t } = useTranslation('settings')
  const [secret, setSecret] = useState<Secret>(integration.has_secret ? undefined : '')
  const [mode, setMode] = useState<'cloud' | 'chat_agent'>(config?.mode === 'chat_agent' ? 'chat_agent' : 'cloud')
  const [values, setValues] = useState({ business_account_id: config?.business_account_id ?? '', phone_number_id: config?.phone_number_id ?? '', base_url: config?.base_url ?? '' })
  const save = () => {
    const { business_account_id, phone_number_id, base_url } = values
    const given = mode === 'cloud' ? { business_account_id, phone_number_id } : { base_url }
    const config = { mode, ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value)) }
    return answer(api.PUT('/api/integrations/whatsapp', { body: { config, ...secretBody(secret) } }))
  }
  const filled = mode === 'cloud' ? Boolean(values.business_account_id.trim() || values.phone_number_id.trim()) : Boolean(values.base_url.trim())
  return (
    <ConnectForm fields={fields} ready={filled && secret !== ''} onClose={onClose} save={save}>
      {(errors) => {
        const field = (name: keyof typeof values) => ({
          value: values[name], error: errors[`config.${name}`], autoComplete: 'off',
          onChange: (event: React.ChangeEvent<HTMLInputElement>) => { const { value } = event.currentTarget; setValues((now) => ({ ...now, [name]: value })) },
        })
        return (
          <>
            <SegmentedControl aria-label={t('mode')} value={mode} onChange={setMode} data={[{ value: 'cloud', label: t('whatsapp.cloud') }, { value: 'chat_agent', label: t('whatsapp.chat_agent') }]} />
            {mode === 'cloud' ? (
              <>
                <TextInput label={t('whatsapp.account')} description={t('whatsapp.accountAbout')} inputMode="numeric" {...field('business_account_id')} />
                <TextInput label={t('whatsapp.number')} description={t('whatsapp.numberAbout')} inputMode="numeric" {...field('phone_number_id')} />
              </>
            ) : (
              <TextInput label={t('whatsapp.base')} description={t('whatsapp.baseAbout')} type="url" placeholder="https://" {...field('base_url')} />
            )}
            <SecretField label={t('secret.whatsapp')} description={t('secretAbout.whatsapp')} stored={integration.has_secret} value={secret} onChange={setSecret} error={errors.secret} />
          </>
        )
      }}
    </ConnectForm>
  )
}
