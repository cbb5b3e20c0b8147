import { NumberInput, SegmentedControl, Select, SimpleGrid, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import type { EmailSettings, EmailSettingsInput, Integration } from '@/api/schema'
import { ConnectForm } from './ConnectForm'
import { type Secret, secretBody, SecretField } from './SecretField'

interface Props {
  integration: Integration
  config: EmailSettings | undefined
  onClose: (saved: boolean) => void
}

const smtp = ['host', 'username'] as const
const both = ['from', 'from_name', 'reply_to'] as const
type Text = (typeof smtp)[number] | (typeof both)[number] | 'configuration_set'
const fields = ['secret', ...['mode', 'port', 'tls', 'configuration_set', ...smtp, ...both].map((name) => `config.${name}`)]

export function EmailForm({ integration, config, onClose }: Props) {
  const { t } = useTranslation('settings')
  const [secret, setSecret] = useState<Secret>(integration.has_secret ? undefined : '')
  const [mode, setMode] = useState<'smtp' | 'ses'>(config?.mode === 'ses' ? 'ses' : 'smtp')
  const [port, setPort] = useState<number | string>(config?.port ?? '')
  const [tls, setTls] = useState(config?.tls ?? 'starttls')
  const [values, setValues] = useState<Record<Text, string>>({
    host: config?.host ?? '', username: config?.username ?? '', from: config?.from ?? '', from_name: config?.from_name ?? '', reply_to: config?.reply_to ?? '', configuration_set: config?.configuration_set ?? '',
  })
  const save = () => {
    const names: readonly Text[] = mode === 'smtp' ? [...smtp, ...both] : [...both, 'configuration_set']
    const given = Object.fromEntries(names.map((name) => [name, values[name].trim()]).filter(([, value]) => value))
    const config: EmailSettingsInput = { from: '', ...given, mode, ...(mode === 'smtp' ? { tls, ...(typeof port === 'number' ? { port } : {}) } : {}) }
    return answer(api.PUT('/api/integrations/email', { body: { config, ...(mode === 'smtp' ? secretBody(secret) : {}) } }))
  }
  return (
    <ConnectForm fields={fields} ready={Boolean(values.from.trim() && (mode === 'ses' || values.host.trim()))} onClose={onClose} save={save}>
      {(errors) => {
        const field = (name: Text) => ({
          value: values[name], error: errors[`config.${name}`], autoComplete: 'off',
          onChange: (event: React.ChangeEvent<HTMLInputElement>) => { const { value } = event.currentTarget; setValues((now) => ({ ...now, [name]: value })) },
        })
        return (
          <>
            <SegmentedControl aria-label={t('mode')} value={mode} onChange={setMode} data={[{ value: 'smtp', label: t('email.smtp') }, { value: 'ses', label: t('email.ses') }]} />
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput label={t('email.from')} description={mode === 'ses' ? t('email.fromSes') : t('email.fromSmtp')} type="email" {...field('from')} />
              <TextInput label={t('email.fromName')} description={t('email.fromNameAbout')} {...field('from_name')} />
              <TextInput label={t('email.replyTo')} type="email" {...field('reply_to')} />
              {mode === 'ses' ? <TextInput label={t('email.set')} {...field('configuration_set')} /> : (
                <>
                  <TextInput label={t('email.host')} placeholder="smtp.example.com" {...field('host')} />
                  <NumberInput label={t('email.port')} placeholder={tls === 'tls' ? '465' : '587'} min={1} max={65_535} allowDecimal={false} hideControls value={port} onChange={setPort} error={errors['config.port']} />
                  <Select label={t('email.tls')} allowDeselect={false} value={tls} onChange={(value) => setTls(value ?? 'starttls')} error={errors['config.tls']}
                    data={[{ value: 'starttls', label: 'STARTTLS' }, { value: 'tls', label: 'TLS' }, { value: 'none', label: t('email.tlsNone') }]} />
                  <TextInput label={t('email.username')} description={t('email.usernameAbout')} {...field('username')} />
                  <SecretField label={t('secret.email')} stored={integration.has_secret} removable value={secret} onChange={setSecret} error={errors.secret} />
                </>
              )}
            </SimpleGrid>
          </>
        )
      }}
    </ConnectForm>
  )
}
