import { Alert, Box, Button, Code, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCode, IconHourglass, IconRoute, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { leadQuery } from '@/api/leads'
import { useCan } from '@/api/me'
import type { LeadWithDecision } from '@/api/schema'
import { DecisionExplained, decisionOf } from '@/components/decision'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, PageSkeleton } from '@/components/Page'
import { StatusBadge } from '@/components/StatusBadge'
import { OutcomeBadge } from './Outcome'

const route = getRouteApi('/leads/$id')

/** One lead: what came, what was decided and why, what it started. */
export function LeadPage() {
  const { t } = useTranslation('leads')
  const can = useCan()
  const { id } = route.useParams()
  const { data, error, isPending, refetch } = useQuery(leadQuery(id))
  if (isPending) return <PageSkeleton />
  if (!data)
    return (
      <Page title={t('title')}>
        <FailureNote error={error} retry={() => void refetch()} />
        <Box><ButtonLink variant="default" to="/leads">{t('back')}</ButtonLink></Box>
      </Page>
    )
  return (
    <Page title={t('one', { name: data.contact_name || data.contact_phone || t('noName') })} about={<About lead={data} />}
      actions={can('write') && <ButtonLink leftSection={<IconRoute size={16} />} variant={data.outcome === 'none' ? 'filled' : 'default'} to="/auto-engagement/create" search={{ lead: id }}>{t('build')}</ButtonLink>}>
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      {data.executions.length > 0 && <Started lead={data} />}
      <Why lead={data} />
      <Event event={data.event} />
    </Page>
  )
}

function About({ lead }: { lead: LeadWithDecision }) {
  const { t } = useTranslation('leads')
  const facts = [
    ['leadSource', lead.lead_source],
    ['source', lead.source],
    ['entryType', lead.entry_type],
    ['eventId', lead.event_id],
  ] as const
  return (
    <Stack gap={4} mt={4}>
      <Group gap="xs"><OutcomeBadge outcome={lead.outcome} />{lead.contact_phone && <Text span size="sm">{lead.contact_phone}</Text>}</Group>
      <Group gap="0 var(--mantine-spacing-md)">
        <Text span size="sm">{t('receivedAt')} <Moment at={lead.received_at} /></Text>
        {facts.map(([name, value]) => value && (
          <Text key={name} span size="sm" style={{ overflowWrap: 'anywhere' }}>{t(name)}: <Text span inherit c="var(--mantine-color-text)">{value}</Text></Text>
        ))}
      </Group>
    </Stack>
  )
}

function Started({ lead }: { lead: LeadWithDecision }) {
  const { t } = useTranslation('leads')
  return (
    <Section title={t('started')}>
      {lead.executions.map((one) => (
        <Paper key={one.id} withBorder p="sm">
          <Group gap="xs">
            <StatusBadge status={one.status} />
            <AnchorLink to="/auto-engagement/executions/$id" params={{ id: one.id }}>{one.flow_name === null ? t('record') : t('execution', { flow: one.flow_name })}</AnchorLink>
          </Group>
        </Paper>
      ))}
    </Section>
  )
}

function Why({ lead }: { lead: LeadWithDecision }) {
  const { t } = useTranslation('leads')
  const decision = decisionOf(lead.decision)
  if (lead.outcome === 'rejected') return <Alert color="red" icon={<IconX />}>{t('refused', { reason: lead.reason })}</Alert>
  if (!decision) return <Alert color="blue" icon={<IconHourglass />}>{t('waiting')}</Alert>
  return (
    <Section title={t(decision.outcome === 'matched' ? 'whyFlow' : decision.outcome === 'none' ? 'whyNone' : 'why')}>
      <DecisionExplained decision={decision} lead={lead.id} />
    </Section>
  )
}

function Event({ event }: { event: unknown }) {
  const { t } = useTranslation('leads')
  const [open, { toggle }] = useDisclosure()
  return (
    <Section title={t('event')}>
      <Box><Button variant="default" size="xs" leftSection={<IconCode size={14} />} onClick={toggle} aria-expanded={open}>{t(open ? 'eventHide' : 'eventShow')}</Button></Box>
      <Collapse expanded={open}>{open && <Code block style={{ maxHeight: 480, overflow: 'auto' }} tabIndex={0}>{JSON.stringify(event, null, 2)}</Code>}</Collapse>
    </Section>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <Stack component="section" gap="xs"><Title order={2} size="h4">{title}</Title>{children}</Stack>
}
