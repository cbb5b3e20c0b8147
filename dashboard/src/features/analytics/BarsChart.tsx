import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { useFormat } from '@/i18n/format'

export interface Part {
  name: string
  label: string
  color: string
}

interface Props {
  /** One bar each: `name`, and how much of it each part is. */
  bars: Record<string, string | number>[]
  parts: Part[]
}

/** Lying bars, each cut into its parts. */
export default function BarsChart({ bars, parts }: Props) {
  const format = useFormat()
  return (
    <BarChart h={Math.max(200, 70 + bars.length * 44)} data={bars} dataKey="name" type="stacked" orientation="vertical" series={parts} withLegend
      legendProps={{ verticalAlign: 'bottom', itemSorter: null }} barChartProps={{ accessibilityLayer: false }} barProps={{ barSize: 22 }} valueFormatter={format.number}
      gridAxis="y" xAxisProps={{ allowDecimals: false }} yAxisProps={{ width: 128 }} />
  )
}
