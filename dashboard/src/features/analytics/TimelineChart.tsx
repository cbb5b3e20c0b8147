import '@mantine/charts/styles.css'
import { AreaChart } from '@mantine/charts'
import { useTranslation } from 'react-i18next'
import type { TimelineDay } from '@/api/schema'
import { useFormat } from '@/i18n/format'

/** Executions by the day on which they were triggered, and how many of them succeeded. */
export default function TimelineChart({ days }: { days: TimelineDay[] }) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  return (
    <AreaChart h={260} data={days} dataKey="date" curveType="linear" withDots={days.length < 40} withLegend legendProps={{ itemSorter: null }}
      series={[
        { name: 'execution_count', label: t('executions'), color: 'indigo.6' },
        { name: 'success_count', label: t('successes'), color: 'teal.6' },
      ]}
      areaChartProps={{ accessibilityLayer: false }} valueFormatter={format.number} gridAxis="x" strokeWidth={2} dotProps={{ r: 3 }}
      xAxisProps={{ tickFormatter: format.dateShort, minTickGap: 24 }} yAxisProps={{ allowDecimals: false, width: 44 }}
      tooltipProps={{ labelFormatter: (day) => (typeof day === 'string' ? format.date(day) : '') }} />
  )
}
