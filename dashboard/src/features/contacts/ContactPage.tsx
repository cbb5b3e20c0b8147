import { Alert, Button, Grid, Paper, Stack, Tabs, Text, Title } from '@mantine/core'
import { IconBan, IconEraser } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, PageSkeleton } from '@/components/Page'
import { ContactDetails } from './ContactDetails'
import { ContactSuppressions } from './ContactSuppressions'
import { confirmErase } from './EraseContact'
import { History, LeadsOf } from './History'
import { contactQuery } from './queries'
import { called } from './values'

const route = getRouteApi('/contacts/$id')

/** One contact: what is known, what must not be sent to it, and what was done with it. */
export function ContactPage() {
  const { t } = useTranslation(['contacts', 'common'])
  const can = useCan()
  const { id } = route.useParams()
  const navigate = route.useNavigate()
  const query = useQuery(contactQuery(id))
  const back = <AnchorLink to="/contacts" size="sm">{t('back')}</AnchorLink>
  if (query.isPending) return <PageSkeleton />
  if (!query.data) return <Stack>{back}<FailureNote error={query.error} retry={() => void query.refetch()} /></Stack>
  const contact = query.data
  const total = Object.values(contact.executions).reduce((sum, n) => sum + n, 0)
  return (
    <>
      {back}
      <Page title={called(contact)}
        about={<>{t('created')} <Moment at={contact.created_at} /> · {t('lastLead')} <Moment at={contact.last_lead_at} />{contact.last_lead_source && ` (${contact.last_lead_source})`}</>}
        actions={can('write') && (
          <Button variant="default" color="red" leftSection={<IconEraser size={16} />} onClick={() => confirmErase(contact, () => void navigate({ to: '/contacts', search: {} }))}>
            {t('erase')}
          </Button>
        )}>
        {contact.do_not_contact && <Alert color="red" icon={<IconBan />} title={t('dncTitle')}>{t('dncText')}</Alert>}
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 6 }}>
            <ContactDetails key={contact.id} contact={contact} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <ContactSuppressions contact={contact} />
          </Grid.Col>
        </Grid>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">{t('history')}</Title>
          <Tabs defaultValue="executions" keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="executions">{t('executions')} {total > 0 && <Text span inherit c="dimmed">{total}</Text>}</Tabs.Tab>
              <Tabs.Tab value="leads">{t('leads')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="executions" pt="sm"><History contactId={id} /></Tabs.Panel>
            <Tabs.Panel value="leads" pt="sm"><LeadsOf contactId={id} /></Tabs.Panel>
          </Tabs>
        </Paper>
      </Page>
    </>
  )
}
