import { Alert, Badge, Box, Group, Stack, Text, Timeline } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ConditionCheck, FlowTest, PlannedAction } from '@/api/schema'
import { Moment } from '@/components/Moment'
import { StepIcon } from '@/domain/steps'
import { useWords } from './words'
import { WouldSend } from './WouldSend'
import type { Tested } from './TestPanel'

/** What a test said: whether the flow would take the lead and why, and each step with its time and message. */
export function TestResult({ tested: { result }, stale }: { tested: Tested; stale: boolean }) {
  const { t } = useTranslation('builder')
  return (
    <Stack role="region" aria-label={t('result.title')} aria-live="polite">
      {stale && <Alert color="yellow">{t('result.stale')}</Alert>}
      <Alert color={result.would_run.result ? 'teal' : 'orange'} icon={result.would_run.result ? <IconCheck /> : <IconX />}
        title={result.would_run.result ? t('result.runs') : t('result.runsNot')}>
        {!result.would_run.result && result.would_run.reason}
      </Alert>
      <Checks checks={result.matching.conditions_checked} />
      <Box>
        <Text fw={600} size="sm" mb="sm">{t('result.path')}</Text>
        {result.action_plan.length === 0 && <Text size="sm" c="dimmed">{t('result.noSteps')}</Text>}
        <Plan plan={result.action_plan} />
      </Box>
      <Text size="xs" c="dimmed">{result.note}</Text>
    </Stack>
  )
}

const said = (value: unknown) => (typeof value === 'string' ? `“${value}”` : value === null || value === undefined ? '–' : JSON.stringify(value))

function Checks({ checks }: { checks: ConditionCheck[] }) {
  const { t } = useTranslation('builder')
  if (checks.length === 0) return <Text size="sm">{t('conditions.every')}</Text>
  const groups = new Map<number, ConditionCheck[]>()
  for (const check of checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check])
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">{t('result.conditions')}</Text>
      {[...groups.entries()].map(([group, all], at) => (
        <Box key={group}>
          {at > 0 && <Text size="xs" c="dimmed" mb={4}>{t('conditions.or')}</Text>}
          {all.map((check, i) => (
            <Group key={i} gap="xs" wrap="nowrap" align="flex-start">
              {check.result ? <IconCheck size={16} color="var(--mantine-color-teal-text)" aria-label={t('result.holds')} style={{ flexShrink: 0, marginTop: 2 }} />
                : <IconX size={16} color="var(--mantine-color-red-text)" aria-label={t('result.holdsNot')} style={{ flexShrink: 0, marginTop: 2 }} />}
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {check.custom_field_name ?? t(`conditionType.${check.type}` as 'conditionType.lead_source')} {t(`operator.${check.operator}` as 'operator.equals')} {check.value !== null && said(check.value)}
                <Text span c="dimmed"> · {t('result.has', { value: said(check.contact_value) })}{check.note && ` (${check.note})`}</Text>
              </Text>
            </Group>
          ))}
        </Box>
      ))}
    </Stack>
  )
}

const colors: Record<FlowTest['action_plan'][number]['estimated_status'], string> = { success: 'teal', failed: 'red', skipped: 'gray' }

function Plan({ plan }: { plan: PlannedAction[] }) {
  const { t } = useTranslation(['builder', 'common'])
  const words = useWords()
  return (
    <Timeline bulletSize={30} lineWidth={2}>
      {plan.map((step) => (
        <Timeline.Item key={step.order} bullet={<StepIcon type={step.type} size={26} />} lineVariant={step.estimated_status === 'skipped' ? 'dashed' : 'solid'}
          title={
            <Group gap="xs">
              <Text fw={600} size="sm" c={step.estimated_status === 'skipped' ? 'dimmed' : undefined}>{step.order}. {t(`common:step.${step.type}`)}</Text>
              <Badge size="sm" variant="light" color={colors[step.estimated_status]} tt="none">
                {step.outcome && step.estimated_status !== 'skipped' ? t(`outcome.${step.outcome}` as 'outcome.missed', { defaultValue: step.outcome }) : t(`common:status.${step.estimated_status}`)}
              </Badge>
            </Group>
          }>
          {step.estimated_status !== 'skipped' && (
            <Text size="sm" c="dimmed">
              <Moment at={step.at} />{step.ends_at !== step.at && <> → <Moment at={step.ends_at} /></>}{step.attempts > 1 && ` · ${t('result.attempts', { count: step.attempts })}`}
            </Text>
          )}
          {step.condition && <Text size="xs" c="dimmed">{words.condition(step.condition.type, step.condition.value)}</Text>}
          {step.reason && <Text size="xs" c={step.estimated_status === 'failed' ? 'red' : 'dimmed'}>{step.reason}</Text>}
          {step.would_send && <WouldSend type={step.type} sent={step.would_send} />}
        </Timeline.Item>
      ))}
    </Timeline>
  )
}
