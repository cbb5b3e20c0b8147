import { Box, Text, VisuallyHidden } from '@mantine/core'
import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import type { HeatmapHour } from '@/api/schema'
import { useFormat } from '@/i18n/format'
import classes from './Heatmap.module.css'
import { Section } from './Section'
import { Nothing } from './Charts'

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const weekdays = [1, 2, 3, 4, 5, 6, 7]
const clock = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`

/** Calls by the hour of the week in which they were started; the darker, the more of them were answered. */
export function Heatmap({ cells, oneFlow }: { cells: HeatmapHour[]; oneFlow: boolean }) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const calls = cells.reduce((sum, cell) => sum + cell.calls, 0)
  const note = `${t('heatmapText', { zone: format.zone })}${oneFlow ? ` ${t('ofAllFlows')}.` : ''}`
  if (calls === 0) return <Section title={t('heatmap')} note={note}><Nothing /></Section>
  const at = new Map(cells.map((cell) => [cell.weekday * 24 + cell.hour, cell]))
  const best = bestHour(cells)
  const says = (cell: HeatmapHour) => t('heatmapCell', {
    day: format.weekday(cell.weekday), from: clock(cell.hour), to: clock(cell.hour + 1),
    answered: format.number(cell.answered), calls: format.number(cell.calls), rate: format.percent(cell.calls ? cell.answered / cell.calls : 0),
  })
  return (
    <Section title={t('heatmap')} note={note}>
      <Box className={classes.scroll} tabIndex={0} role="region" aria-label={t('heatmap')}>
        <table className={classes.grid}>
          <thead>
            <tr>
              <th scope="col"><VisuallyHidden>{t('weekday')}</VisuallyHidden></th>
              {hours.map((hour) => <th key={hour} scope="col"><VisuallyHidden>{clock(hour)}</VisuallyHidden><span aria-hidden>{hour}</span></th>)}
            </tr>
          </thead>
          <tbody>
            {weekdays.map((weekday) => (
              <tr key={weekday}>
                <th scope="row">{format.weekday(weekday)}</th>
                {hours.map((hour) => {
                  const cell = at.get(weekday * 24 + hour)
                  if (!cell || cell.calls === 0) return <td key={hour} />
                  return (
                    <td key={hour} title={says(cell)} data-testid="hour" className={classes.counted}
                      style={{ '--share': `${Math.round((100 * cell.answered) / cell.calls)}%` } as CSSProperties}>
                      <VisuallyHidden>{says(cell)}</VisuallyHidden>
                      <span aria-hidden>{format.number(cell.answered)}</span>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
      {best && best.answered > 0 && <Text size="sm" mt="xs">{t('heatmapBest', { words: says(best) })}</Text>}
    </Section>
  )
}

/** The hour with the best share of answers, of those with enough calls to tell: a tenth of the busiest hour's. */
function bestHour(cells: HeatmapHour[]): HeatmapHour | undefined {
  const enough = Math.max(1, Math.max(...cells.map((cell) => cell.calls)) / 10)
  const share = (cell: HeatmapHour) => cell.answered / cell.calls
  return cells.filter((cell) => cell.calls >= enough).sort((a, b) => share(b) - share(a) || b.calls - a.calls)[0]
}
