import { Chip, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import { countsQuery } from './queries'
import { type ExecutionSearch, type ExecutionStatus, executionStatuses } from './search'

interface Props {
  search: ExecutionSearch
  onChoose: (status: ExecutionStatus | undefined) => void
}

/** How many executions of each status the whole filter selects; choosing one narrows the list. */
export function StatusCounts({ search, onChoose }: Props) {
  const { t } = useTranslation(['executions', 'common'])
  const format = useFormat()
  const { data: counts } = useQuery(countsQuery(search))
  const words = (total: number, capped: boolean) => format.number(total) + (capped ? '+' : '')
  const all = counts && words(counts.reduce((sum, { total }) => sum + total, 0), counts.some(({ capped }) => capped))
  return (
    <Chip.Group value={search.status ?? 'all'} onChange={(value) => onChoose(executionStatuses.find((status) => status === value))}>
      <Group gap={6}>
        <Chip value="all" size="sm">{t('all')} {all}</Chip>
        {executionStatuses.map((status) => {
          const count = counts?.find((c) => c.status === status)
          return <Chip key={status} value={status} size="sm">{t(`common:status.${status}`)} {count && words(count.total, count.capped)}</Chip>
        })}
      </Group>
    </Chip.Group>
  )
}
