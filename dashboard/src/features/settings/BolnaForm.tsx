import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import type { Integration } from '@/api/schema'
import { ConnectForm } from './ConnectForm'
import { type Secret, secretBody, SecretField } from './SecretField'

export function BolnaForm({ integration, onClose }: { integration: Integration; onClose: (saved: boolean) => void }) {
  const { t } = useTranslation('settings')
  const [secret, setSecret] = useState<Secret>(integration.has_secret ? undefined : '')
  return (
    <ConnectForm fields={['secret']} ready={integration.has_secret ? secret !== '' : Boolean(secret?.trim())} onClose={onClose}
      save={() => answer(api.PUT('/api/integrations/bolna', { body: secretBody(secret) }))}>
      {(errors) => <SecretField label={t('secret.bolna')} description={t('secretAbout.bolna')} stored={integration.has_secret} value={secret} onChange={setSecret} error={errors.secret} />}
    </ConnectForm>
  )
}
