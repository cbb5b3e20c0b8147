import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { EmailSettings, WhatsAppSettings } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { RowsSkeleton } from '@/components/Page'
import { BolnaForm } from './BolnaForm'
import { EmailForm } from './EmailForm'
import { IntegrationCard } from './IntegrationCard'
import { LeadWebhook } from './LeadWebhook'
import { integrationsQuery } from './queries'
import { WhatsAppForm } from './WhatsAppForm'

/** What calls, messages and mails for the tenant. */
export function Integrations() {
  const { t } = useTranslation('settings')
  const query = useQuery(integrationsQuery)
  if (query.isPending) return <RowsSkeleton rows={4} />
  if (!query.data) return <FailureNote error={query.error} retry={() => void query.refetch()} />
  const of = (kind: string) => query.data.find((one) => one.kind === kind)
  const [bolna, whatsapp, email, leads] = [of('bolna'), of('whatsapp'), of('email'), of('leads')]
  // The server tells the settings of each kind under its name.
  const number = whatsapp?.config as WhatsAppSettings | null | undefined
  const mail = email?.config as EmailSettings | null | undefined
  return (
    <Stack maw={820}>
      <Text size="sm" c="dimmed">{t('integrationsAbout')}</Text>
      {bolna && <IntegrationCard kind="bolna" integration={bolna} facts={[]} form={(close) => <BolnaForm integration={bolna} onClose={close} />} />}
      {whatsapp && (
        <IntegrationCard kind="whatsapp" integration={whatsapp} form={(close) => <WhatsAppForm integration={whatsapp} config={number ?? undefined} onClose={close} />}
          facts={number ? [
            [t('mode'), t(number.mode === 'chat_agent' ? 'whatsapp.chat_agent' : 'whatsapp.cloud')],
            [t('whatsapp.account'), number.business_account_id], [t('whatsapp.number'), number.phone_number_id],
            [t('whatsapp.numbers'), number.phone_number_ids?.join(', ')], [t('whatsapp.base'), number.base_url],
          ] : []} />
      )}
      {email && (
        <IntegrationCard kind="email" integration={email} form={(close) => <EmailForm integration={email} config={mail ?? undefined} onClose={close} />}
          facts={mail ? [
            [t('mode'), t(mail.mode === 'ses' ? 'email.ses' : 'email.smtp')], [t('email.from'), mail.from_name ? `${mail.from_name} <${mail.from}>` : mail.from],
            [t('email.server'), mail.host && `${mail.host}${mail.port ? `:${mail.port}` : ''}${mail.tls ? `, ${mail.tls}` : ''}`],
            [t('email.username'), mail.username], [t('email.replyTo'), mail.reply_to], [t('email.set'), mail.configuration_set],
          ] : []} />
      )}
      {leads && <LeadWebhook integration={leads} />}
    </Stack>
  )
}
