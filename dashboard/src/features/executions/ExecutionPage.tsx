import { Alert, Badge, Box, Button, Grid, Group, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconFlask, IconCircleX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { versionQuery } from '@/api/flows'
import { useCan } from '@/api/me'
import type { Execution, ExecutionWithLogs } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { FlowCanvas } from '@/components/flowcanvas'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, PageSkeleton, RowsSkeleton } from '@/components/Page'
import { StatusBadge } from '@/components/StatusBadge'
import { isStepType } from '@/domain/steps'
import { useFormat } from '@/i18n/format'
import { confirmCancel } from './CancelExecutions'
import { executionQuery } from './queries'
import { pathOf, type Step, stepsOf } from './steps'
import { stepAnchor, Timeline } from './Timeline'
import { Why } from './Why'
import { useConfigWords, useResultWords } from './words'

const route = getRouteApi('/auto-engagement/executions/$id')

/** One execution: what happened, the path it took, and why this flow. */
export function ExecutionPage() {
  const { t } = useTranslation('executions')
  const { id } = route.useParams()
  const { data, error, isPending, refetch } = useQuery(executionQuery(id))
  if (isPending) return <PageSkeleton />
  if (!data)
    return (
      <Page title={t('oneUnknown')}>
        <FailureNote error={error} retry={() => void refetch()} />
        <Box><ButtonLink variant="default" to="/auto-engagement/executions">{t('notFoundBack')}</ButtonLink></Box>
      </Page>
    )
  return (
    <Page title={data.flow_name ? t('one', { flow: data.flow_name }) : t('oneUnknown')} about={<About execution={data} />} actions={<Actions execution={data} />}>
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      <Notes execution={data} />
      <Inside execution={data} />
    </Page>
  )
}

function About({ execution }: { execution: Execution }) {
  const { t } = useTranslation('executions')
  const format = useFormat()
  const { contact_name, contact_phone, metadata, triggered_at, completed_at, lead_id } = execution
  const source = typeof metadata.lead_source === 'string' && metadata.lead_source !== '' ? metadata.lead_source : undefined
  return (
    <Stack gap={4} mt={4}>
      <Group gap="xs">
        <StatusBadge status={execution.status} />
        {execution.is_test_run && <Badge variant="outline">{t('test')}</Badge>}
        <Text span size="sm" fw={600} c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>{contact_name || t('noName')}</Text>
        {contact_phone && <Text span size="sm">{contact_phone}</Text>}
      </Group>
      <Group gap="0 var(--mantine-spacing-md)">
        <Text span size="sm">{t('startedAt')} <Moment at={triggered_at} /></Text>
        {completed_at && <Text span size="sm">{t('endedAt')} <Moment at={completed_at} /> ({t('took', { time: format.duration(Math.max(0, Date.parse(completed_at) - Date.parse(triggered_at)) / 1000) })})</Text>}
        {execution.flow_version !== null && <Text span size="sm">{t('version', { version: execution.flow_version })}</Text>}
        {lead_id ? <AnchorLink size="sm" to="/leads/$id" params={{ id: lead_id }}>{source ? t('source', { source }) : t('why.lead')}</AnchorLink> : source && <Text span size="sm">{t('source', { source })}</Text>}
      </Group>
    </Stack>
  )
}

function Actions({ execution }: { execution: Execution }) {
  const { t } = useTranslation('executions')
  const can = useCan()
  return (
    <>
      {execution.flow_id && <ButtonLink variant="default" to="/auto-engagement/$id/edit" params={{ id: execution.flow_id }}>{t('editFlow')}</ButtonLink>}
      {execution.status === 'running' && can('write') && (
        <Button color="red" variant="light" leftSection={<IconCircleX size={16} />} onClick={() => confirmCancel({ id: execution.id })}>{t('cancel')}</Button>
      )}
    </>
  )
}

function Notes({ execution }: { execution: Execution }) {
  const { t } = useTranslation('executions')
  const reason = execution.metadata.cancel_reason
  return (
    <>
      {execution.is_test_run && <Alert icon={<IconFlask />} p="xs" color="blue">{t('testText')}</Alert>}
      {execution.status === 'cancelled' && (
        <Alert icon={<IconCircleX />} p="xs" color="gray">{typeof reason === 'string' && reason !== '' ? t('cancelledBecause', { reason }) : t('cancelledNoReason')}</Alert>
      )}
      {execution.error_message && <Alert icon={<IconAlertTriangle />} p="xs" color={execution.status === 'skipped' ? 'yellow' : 'red'} title={execution.status === 'failed' ? t('error') : undefined}>{execution.error_message}</Alert>}
    </>
  )
}

function Inside({ execution }: { execution: ExecutionWithLogs }) {
  const { t } = useTranslation('executions')
  const { flow_id, flow_version } = execution
  const version = useQuery({ ...versionQuery(flow_id ?? '', flow_version ?? 0), enabled: flow_id !== null && flow_version !== null })
  const [marked, setMarked] = useState<number | null>(null)
  const running = execution.status === 'running'
  const steps = stepsOf(execution.action_logs, version.data?.actions)
  const select = (index: number) => {
    setMarked(index)
    document.getElementById(stepAnchor(index))?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }
  const timeline = <Section title={t('timeline')}>{version.isLoading ? <RowsSkeleton rows={3} /> : <Timeline steps={steps} running={running} marked={marked} />}</Section>
  const why = <Section title={t('why.title')}><Why execution={execution} /></Section>
  // Skipped at matching: there is no flow, and nothing was to happen.
  if (flow_version === null) return why
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="lg">{timeline}{why}</Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Section title={t('canvas')}>
          {flow_id === null && <Text size="sm" c="dimmed">{t('canvasGone')}</Text>}
          {!version.isLoading && steps.length > 0 && <Path steps={steps} running={running} selected={marked} onSelect={select} />}
        </Section>
      </Grid.Col>
    </Grid>
  )
}

function Path({ steps, running, selected, onSelect }: { steps: readonly Step[]; running: boolean; selected: number | null; onSelect: (index: number) => void }) {
  const { t } = useTranslation(['executions', 'common'])
  const result = useResultWords()
  const config = useConfigWords()
  const actions = steps.map((step) => ({
    ...step, label: isStepType(step.action_type) ? t(`common:step.${step.action_type}`) : step.action_type, detail: config(step.action_config),
  }))
  return (
    <Box h={{ base: 420, lg: 640 }}>
      <FlowCanvas actions={actions} path={pathOf(steps, running, (log) => result(log)[0] ?? log.skip_reason ?? log.error_message ?? undefined)} selected={selected} onSelect={onSelect} />
    </Box>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <Stack component="section" gap="xs"><Title order={2} size="h4">{title}</Title>{children}</Stack>
}
