import { Text } from '@mantine/core'
import { lazy } from 'react'
import { useTranslation } from 'react-i18next'
import type { Channel, ChannelOutcome, FlowFunnel, TimelineDay } from '@/api/schema'
import { useFormat } from '@/i18n/format'
import { ChartSection, Section } from './Section'

const TimelineChart = lazy(() => import('./TimelineChart'))
const BarsChart = lazy(() => import('./BarsChart'))

export function Timeline({ days }: { days: TimelineDay[] }) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const busiest = days.reduce((most, day) => (day.execution_count > most.execution_count ? day : most), days[0] ?? { date: '', execution_count: 0 })
  if (busiest.execution_count === 0) return <Section title={t('timeline')}><Nothing /></Section>
  const sum = (of: (day: TimelineDay) => number) => format.number(days.reduce((total, day) => total + of(day), 0))
  return (
    <ChartSection title={t('timeline')} note={t('timelineText')}
      summary={t('timelineSummary', {
        executions: sum((d) => d.execution_count), successes: sum((d) => d.success_count),
        day: format.date(busiest.date), most: format.number(busiest.execution_count),
      })}
      figures={{
        head: [t('day'), t('executions'), t('successes')],
        rows: days.map((d) => [format.date(d.date), format.number(d.execution_count), format.number(d.success_count)]),
      }}>
      <TimelineChart days={days} />
    </ChartSection>
  )
}

const funnelParts = [
  { name: 'succeeded', color: 'teal.6' },
  { name: 'failed', color: 'red.6' },
  { name: 'skipped', color: 'yellow.5' },
  { name: 'waiting', color: 'blue.5' },
  { name: 'cancelled', color: 'gray.5' },
] as const

export function Funnel({ funnel, chosen }: { funnel: FlowFunnel; chosen: boolean }) {
  const { t } = useTranslation(['analytics', 'common'])
  const format = useFormat()
  const title = t('funnel', { name: funnel.flow_name })
  if (funnel.total_executions === 0 || funnel.steps.length === 0) return <Section title={title}><Nothing /></Section>
  const name = (step: FlowFunnel['steps'][number]) => `${step.action_order}. ${t(`common:step.${step.action_type}`)}${step.in_flow ? '' : ` (${t('former')})`}`
  return (
    <ChartSection title={title} note={chosen ? t('funnelText') : t('funnelBusiest')}
      summary={t('funnelSummary', {
        executions: format.number(funnel.total_executions),
        steps: funnel.steps.map((step) => t('funnelStep', { step: name(step), entered: format.number(step.entered), succeeded: format.number(step.succeeded) })).join('; '),
      })}
      figures={{
        head: [t('step'), t('entered'), ...funnelParts.map((part) => t(`part.${part.name}`))],
        rows: funnel.steps.map((step) => [name(step), format.number(step.entered), ...funnelParts.map((part) => format.number(step[part.name]))]),
      }}>
      <BarsChart bars={funnel.steps.map((step) => ({ ...Object.fromEntries(funnelParts.map((part) => [part.name, step[part.name]])), name: name(step) }))}
        parts={funnelParts.map((part) => ({ ...part, label: t(`part.${part.name}`) }))} />
    </ChartSection>
  )
}

// In the order in which they stand in a bar: what went well first.
const outcomes: { name: ChannelOutcome['outcome']; color: string }[] = [
  { name: 'answered', color: 'teal.6' },
  { name: 'read', color: 'teal.8' },
  { name: 'delivered', color: 'teal.5' },
  { name: 'sent', color: 'cyan.6' },
  { name: 'voicemail', color: 'yellow.4' },
  { name: 'missed', color: 'orange.4' },
  { name: 'no_answer', color: 'orange.6' },
  { name: 'busy', color: 'orange.8' },
  { name: 'failed', color: 'red.6' },
  { name: 'skipped', color: 'gray.4' },
  { name: 'cancelled', color: 'gray.6' },
]

export function Channels({ channels }: { channels: Channel[] }) {
  const { t } = useTranslation(['analytics', 'common'])
  const format = useFormat()
  const count = (channel: Channel, outcome: string) => channel.outcomes.find((one) => one.outcome === outcome)?.count ?? 0
  const found = outcomes.filter(({ name }) => channels.some((channel) => count(channel, name) > 0))
  if (found.length === 0) return <Section title={t('channels')}><Nothing /></Section>
  const label = (channel: Channel) => t(`common:step.${channel.action_type}`)
  return (
    <ChartSection title={t('channels')} note={t('channelsText')}
      summary={channels.filter((c) => c.outcomes.length > 0)
        .map((c) => `${label(c)}: ${c.outcomes.map((one) => `${t(`outcome.${one.outcome}`)} ${format.number(one.count)}`).join(', ')}`).join('; ')}
      figures={{
        head: [t('channel'), ...found.map(({ name }) => t(`outcome.${name}`)), t('part.waiting'), t('successRate')],
        rows: channels.map((c) => [
          label(c), ...found.map(({ name }) => format.number(count(c, name))), format.number(c.waiting_actions),
          c.success_rate === '0' ? '–' : format.percent(Number(c.success_rate) / 100),
        ]),
      }}>
      <BarsChart bars={channels.map((c) => ({ ...Object.fromEntries(found.map(({ name }) => [name, count(c, name)])), name: label(c) }))}
        parts={found.map((part) => ({ ...part, label: t(`outcome.${part.name}`) }))} />
    </ChartSection>
  )
}

export function Nothing() {
  const { t } = useTranslation('analytics')
  return <Text c="dimmed" size="sm">{t('nothing')}</Text>
}
