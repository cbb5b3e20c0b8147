import { Group, Paper, SimpleGrid, Text } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Overview, Period } from '@/api/schema'
import { useFormat } from '@/i18n/format'

const good = 'light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-4))'
const bad = 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))'

interface Total {
  name: string
  note?: string
  /** null: there is none in that period. */
  of: (period: Period) => number | null
  show: (value: number) => string
  /** How much it changed, in words; default: the share of what it was before. */
  change?: (moved: number) => string
  /** The smallest change that is shown at all; default 0. */
  least?: number
  /** Whether more is better (1) or worse (-1). */
  better?: 1 | -1
}

const rate = (period: Period) => (period.success_rate === '0' ? null : Number(period.success_rate))

/** The totals of the days, each with its change to as many days before. */
export function Totals({ overview, oneFlow }: { overview: Overview; oneFlow: boolean }) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const touchNote = oneFlow ? t('ofAllFlows') : undefined
  const totals: Total[] = [
    { name: t('executions'), of: (p) => p.total_executions, show: format.number },
    { name: t('successRate'), of: rate, show: (n) => format.percent(n / 100), change: (moved) => t('points', { n: format.difference(moved) }), least: 0.05, better: 1 },
    { name: t('completed'), of: (p) => p.completed_executions, show: format.number, better: 1 },
    { name: t('failed'), of: (p) => p.failed_executions, show: format.number, better: -1 },
    { name: t('cancelled'), of: (p) => p.cancelled_executions, show: format.number },
    { name: t('skipped'), of: (p) => p.skipped_executions, show: format.number },
    { name: t('touch50'), note: touchNote ?? t('touch50Text'), of: (p) => p.lead_to_first_touch.p50_seconds, show: format.duration, better: -1 },
    { name: t('touch90'), note: touchNote ?? t('touch90Text'), of: (p) => p.lead_to_first_touch.p90_seconds, show: format.duration, better: -1 },
  ]
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      {totals.map((total) => <Card key={total.name} total={total} overview={overview} />)}
    </SimpleGrid>
  )
}

function Card({ total: { name, note, of, show, change, least = 0, better }, overview }: { total: Total; overview: Overview }) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const now = of(overview.period)
  const before = of(overview.previous)
  const difference = now !== null && before !== null ? now - before : 0
  const moved = Math.abs(difference) < least ? 0 : difference
  const words = () => {
    if (before === null || now === null) return null
    if (moved === 0) return t('same')
    if (change) return change(moved)
    return before === 0 ? null : format.change(moved / before)
  }
  const said = words()
  const colour = moved === 0 || better === undefined ? 'dimmed' : Math.sign(moved) === better ? good : bad
  return (
    <Paper withBorder p="sm" data-testid="total">
      <Text size="sm" c="dimmed">{name}</Text>
      <Text fz={26} fw={650} lh={1.25}>{now === null ? '–' : show(now)}</Text>
      <Group gap={4} c={colour} mt={2} wrap="nowrap" align="flex-start">
        {moved > 0 && <IconArrowUpRight size={14} style={{ flexShrink: 0 }} aria-hidden />}
        {moved < 0 && <IconArrowDownRight size={14} style={{ flexShrink: 0 }} aria-hidden />}
        <Text size="xs" span>{said ? `${said} · ` : ''}{before === null ? t('beforeNone') : t('before', { value: show(before) })}</Text>
      </Group>
      {note && <Text size="xs" c="dimmed">{note}</Text>}
    </Paper>
  )
}
