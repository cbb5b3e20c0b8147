import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'

export function LeadPage() {
  const { t } = useTranslation(['leads', 'common'])
  return <Page title={t('title')}><Text c="dimmed">{t('common:soon')}</Text></Page>
}
