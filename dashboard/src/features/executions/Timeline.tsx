import { Anchor, Badge, Box, Button, Code, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCode, IconFileText, IconMicrophone } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ActionLog } from '@/api/schema'
import { useStepConditionWords } from '@/components/flowcanvas/words'
import { Moment } from '@/components/Moment'
import { StatusBadge } from '@/components/StatusBadge'
import { isStepType, StepIcon } from '@/domain/steps'
import { useFormat } from '@/i18n/format'
import { type Step, stateOf } from './steps'
import { resultOf, useConfigWords, useEvidenceWords, useResultWords, webAddress } from './words'

/** The id of a step's place in the page, to scroll to. */
export const stepAnchor = (index: number) => `step-${index}`

/** Each step, with each attempt at it, from first to last. */
export function Timeline({ steps, running, marked }: { steps: readonly Step[]; running: boolean; marked: number | null }) {
  const { t } = useTranslation(['executions', 'common'])
  if (steps.length === 0) return <Text c="dimmed">{t('noSteps')}</Text>
  return (
    <Stack component="ol" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
      {steps.map((step, index) => (
        <Paper key={step.action_order} component="li" withBorder p="sm" id={stepAnchor(index)} data-testid="step"
          style={{ scrollMarginTop: 70, outline: marked === index ? '2px solid var(--mantine-primary-color-filled)' : undefined }}>
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <StepIcon type={step.action_type} size={32} />
            <Box style={{ flex: 1, minWidth: 0 }}>
              <StepHead step={step} running={running} />
              <Stack gap="sm" mt={step.logs.length > 0 ? 6 : 0}>
                {step.logs.map((log) => <Attempt key={log.id} log={log} many={step.logs.length > 1} />)}
              </Stack>
            </Box>
          </Group>
        </Paper>
      ))}
    </Stack>
  )
}

function StepHead({ step, running }: { step: Step; running: boolean }) {
  const { t } = useTranslation(['executions', 'common'])
  const condition = useStepConditionWords()(step)
  const config = useConfigWords()(step.action_config)
  const state = stateOf(step, running)
  const name = isStepType(step.action_type) ? t(`common:step.${step.action_type}`) : step.action_type
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Title order={3} size="h5">{t('step', { number: step.action_order, name })}</Title>
        {state === 'planned' || state === 'unreached' ? (
          <Badge variant="default">{t(state === 'planned' ? 'planned' : 'notReached')}</Badge>
        ) : <StatusBadge status={state} />}
      </Group>
      {(config || condition) && <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{[config, condition].filter(Boolean).join(' · ')}</Text>}
    </>
  )
}

function Attempt({ log, many }: { log: ActionLog; many: boolean }) {
  const { t } = useTranslation('executions')
  const words = useResultWords()(log)
  const evidenceWords = useEvidenceWords()
  const result = resultOf(log)
  // The evidence of a refusal says what the reason says, and by what.
  const refused = log.status === 'skipped' && result.evidence !== undefined && result.evidence.rule !== 'contact_window'
  const recording = webAddress(result.recording_url)
  const transcript = webAddress(result.transcript_ref)
  return (
    <Stack gap={4} data-testid="attempt">
      {many && <Group gap="xs"><Text size="sm" fw={600}>{t('attempt', { attempt: log.attempt })}</Text><StatusBadge status={log.status} /></Group>}
      <Times log={log} />
      {words.length > 0 && <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{words.join(' · ')}</Text>}
      {log.skip_reason && !refused && <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{/^\w+:/.test(log.skip_reason) ? log.skip_reason : log.skip_reason.charAt(0).toUpperCase() + log.skip_reason.slice(1)}</Text>}
      {log.error_message && <Text size="sm" c="var(--mantine-color-error)" style={{ overflowWrap: 'anywhere' }}>{log.error_message}</Text>}
      {result.evidence && <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{evidenceWords(result.evidence).join(' ')}</Text>}
      {(recording || result.transcript_ref) && (
        <Group gap="md">
          {recording && <Anchor size="sm" href={recording} target="_blank" rel="noreferrer"><IconMicrophone size={14} aria-hidden /> {t('recording')}</Anchor>}
          {transcript && <Anchor size="sm" href={transcript} target="_blank" rel="noreferrer"><IconFileText size={14} aria-hidden /> {t('transcript')}</Anchor>}
          {result.transcript_ref && !transcript && <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{t('transcriptAt', { path: result.transcript_ref })}</Text>}
        </Group>
      )}
      <Raw log={log} />
    </Stack>
  )
}

function Times({ log }: { log: ActionLog }) {
  const { t } = useTranslation('executions')
  const format = useFormat()
  const seconds = log.started_at && log.completed_at ? (Date.parse(log.completed_at) - Date.parse(log.started_at)) / 1000 : undefined
  const times = [
    ['plannedFor', log.planned_for],
    ['startedAt', log.started_at],
    ['endedAt', log.completed_at],
  ] as const
  return (
    <Group gap="0 var(--mantine-spacing-md)">
      {times.map(([name, at]) => at && (
        <Text key={name} size="xs" c="dimmed">{t(name)} <Text span inherit c="var(--mantine-color-text)"><Moment at={at} /></Text></Text>
      ))}
      {seconds !== undefined && seconds >= 1 && <Text size="xs" c="dimmed">{t('took', { time: format.duration(seconds) })}</Text>}
    </Group>
  )
}

function Raw({ log }: { log: ActionLog }) {
  const { t } = useTranslation('executions')
  const [open, { toggle }] = useDisclosure()
  return (
    <Box>
      <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconCode size={12} />} onClick={toggle} aria-expanded={open}>{t(open ? 'rawHide' : 'raw')}</Button>
      <Collapse expanded={open}>
        {open && <Code block mt={4} style={{ maxHeight: 320, overflow: 'auto' }} tabIndex={0}>{JSON.stringify({ action_config: log.action_config, result_data: log.result_data }, null, 2)}</Code>}
      </Collapse>
    </Box>
  )
}
