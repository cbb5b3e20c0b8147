import { Group, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import type { Trend } from './trends'

const width = 96
const height = 26

/** The last 30 days as a line, with the success rate beside it. */
export function TrendLine({ trend }: { trend: Trend }) {
  const { t } = useTranslation('flows')
  const format = useFormat()
  const rate = trend.rate === undefined ? '–' : format.percent(trend.rate)
  if (trend.total === 0) return <Text size="xs" c="dimmed">{t('trend.none')}</Text>
  const most = Math.max(...trend.counts)
  const x = (i: number) => (trend.counts.length > 1 ? (i / (trend.counts.length - 1)) * (width - 4) + 2 : width / 2)
  const y = (n: number) => height - 2 - (n / most) * (height - 4)
  const points = trend.counts.map((n, i) => `${x(i).toFixed(1)},${y(n).toFixed(1)}`).join(' ')
  const label = t('trend.text', { total: format.number(trend.total), rate })
  return (
    <Tooltip label={label}>
      <Group gap={6} wrap="nowrap" role="img" aria-label={label} w="fit-content">
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
          <polygon points={`2,${height - 2} ${points} ${width - 2},${height - 2}`} fill="var(--mantine-primary-color-light)" />
          <polyline points={points} fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
        </svg>
        <Text size="xs" span>{rate}</Text>
      </Group>
    </Tooltip>
  )
}
