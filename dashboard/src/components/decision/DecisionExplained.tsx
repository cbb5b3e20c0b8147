import { Accordion, Alert, Badge, Group, Stack, Text } from '@mantine/core'
import { IconBan, IconCheck, IconClockPause, IconFilterX, IconMoon, IconRepeatOff, IconZoomQuestion } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { AnchorLink } from '@/components/links'
import { PriorityBadge } from '@/domain/priority'
import { useFormat } from '@/i18n/format'
import { Conditions } from './Conditions'
import type { Decision, FlowDecision, Verdict } from './decision'

interface Props {
  decision: Decision
  /** The flow asked about: it is opened and marked. */
  flowId?: string | null
  /** The lead's id: offers to try it in the builder of each flow. */
  lead?: string
}

const outcomes = {
  matched: { color: 'teal', Icon: IconCheck },
  none: { color: 'orange', Icon: IconZoomQuestion },
  skipped: { color: 'yellow', Icon: IconBan },
} as const

/** "Why this flow?", "why none?": each flow looked at, each condition with the lead's value. */
export function DecisionExplained({ decision, flowId, lead }: Props) {
  const { t } = useTranslation('decision')
  const { outcome, flows, taken, passed_over, contact } = decision
  const { color, Icon } = outcomes[outcome]
  // What was asked about is open, else what was taken, else all when they are few.
  const asked = flows.filter((flow) => flow.flow_id === flowId)
  const takers = flows.filter((flow) => flow.verdict === 'taken' || flow.verdict === 'deferred')
  const open = asked.length > 0 ? asked : takers.length > 0 ? takers : flows.slice(0, 3)
  return (
    <Stack gap="sm">
      <Alert color={color} icon={<Icon />} p="sm" title={t(`outcome.${outcome}`, { flows: taken.map((one) => one.flow_name).join(', ') })}>
        {outcome !== 'matched' && <Text size="sm">{decision.reason}</Text>}
        {contact && <Text size="sm">{t(contact.new ? 'newContact' : 'knownContact')}</Text>}
      </Alert>
      {flows.length === 0 && passed_over === 0 && outcome !== 'skipped' && <Text size="sm">{t('noFlows')}</Text>}
      {flows.length > 0 && (
        <Accordion multiple variant="separated" defaultValue={open.map((flow) => flow.flow_id)}>
          {flows.map((flow) => (
            <Accordion.Item key={flow.flow_id} value={flow.flow_id} data-testid="flow-decision">
              <Accordion.Control>
                <Group gap="xs">
                  <Text fw={600} style={{ overflowWrap: 'anywhere' }}>{flow.flow_name}</Text>
                  <PriorityBadge priority={flow.priority} />
                  <VerdictBadge verdict={flow.verdict} />
                  {flow.flow_id === flowId && <Badge variant="outline" color="gray">{t('thisOne')}</Badge>}
                </Group>
              </Accordion.Control>
              <Accordion.Panel><FlowPanel flow={flow} notBefore={taken.find((one) => one.flow_id === flow.flow_id)?.not_before} lead={lead} /></Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
      {passed_over > 0 && <Text size="sm" c="dimmed">{t('passedOver', { count: passed_over })}</Text>}
    </Stack>
  )
}

function FlowPanel({ flow, notBefore, lead }: { flow: FlowDecision; notBefore?: string | null; lead?: string }) {
  const { t } = useTranslation('decision')
  const format = useFormat()
  const can = useCan()
  const { hours, repeat } = flow
  const facts = [
    hours && t(hours.open ? 'hours.open' : 'hours.closed', { time: hours.local_time, zone: hours.time_zone }),
    hours?.note,
    hours?.opens_at && t('hours.opens', { at: format.exact(hours.opens_at) }),
    notBefore && t('waitsUntil', { at: format.exact(notBefore) }),
    repeat && (repeat.blocked ? (repeat.reason ?? flow.verdict_reason) : t('repeat.free')),
    repeat?.last_start && t('repeat.last', { at: format.exact(repeat.last_start) }),
    repeat?.blocked && repeat.free_at && t('repeat.freeAt', { at: format.exact(repeat.free_at) }),
  ].filter((fact): fact is string => typeof fact === 'string' && fact !== '')
  return (
    <Stack gap="xs">
      <Conditions checks={flow.conditions_checked} />
      {facts.map((fact) => <Text key={fact} size="sm">{fact}</Text>)}
      {lead && can('write') && (
        <AnchorLink size="sm" to="/auto-engagement/$id/edit" params={{ id: flow.flow_id }} search={{ lead }}>{t('tryHere')}</AnchorLink>
      )}
    </Stack>
  )
}

const looks = {
  taken: { color: 'teal', Icon: IconCheck },
  deferred: { color: 'blue', Icon: IconClockPause },
  conditions: { color: 'gray', Icon: IconFilterX },
  closed: { color: 'yellow', Icon: IconMoon },
  repeat: { color: 'yellow', Icon: IconRepeatOff },
} as const

function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation('decision')
  const { color, Icon } = looks[verdict]
  return <Badge variant="light" color={color} leftSection={<Icon size={12} />} style={{ flexShrink: 0 }}>{t(`verdict.${verdict}`)}</Badge>
}
