import { Button, Divider, Flex, Group, Popover, Select, Skeleton, Stack } from '@mantine/core'
import { IconCalendar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowsQuery } from '@/api/flows'
import { useFormat } from '@/i18n/format'
import { type AnalyticsSearch, daysOf, ranges } from './search'

const Calendar = lazy(() => import('./Calendar'))

interface Props {
  search: AnalyticsSearch
  onChange: (change: Partial<AnalyticsSearch>) => void
}

/** Which days, and which flow. */
export function Controls({ search, onChange }: Props) {
  const { t } = useTranslation('analytics')
  const format = useFormat()
  const flows = useQuery(flowsQuery)
  const [opened, setOpened] = useState(false)
  const today = format.today()
  const days = daysOf(search, today)
  const current = search.from ? undefined : (search.range ?? '30d')
  const choose = (change: Partial<AnalyticsSearch>) => {
    setOpened(false)
    onChange({ range: undefined, from: undefined, to: undefined, ...change })
  }
  const dates = format.dates(days.from, days.to)
  const words = current ? `${t(`range.${current}`)} · ${dates}` : dates
  return (
    <Group gap="xs">
      <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<IconCalendar size={16} />} onClick={() => setOpened(!opened)} aria-label={t('choose', { days: words })}>
            {words}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Flex direction={{ base: 'column', xs: 'row' }} gap="sm">
            <Stack gap={4}>
              {ranges.map((range) => (
                <Button key={range} size="compact-sm" justify="flex-start" variant={range === current ? 'light' : 'subtle'} aria-pressed={range === current}
                  onClick={() => choose(range === '30d' ? {} : { range })}>
                  {t(`range.${range}`)}
                </Button>
              ))}
            </Stack>
            <Divider orientation="vertical" visibleFrom="xs" />
            <Suspense fallback={<Skeleton w={250} h={270} />}>
              <Calendar days={days} today={today} onChoose={choose} />
            </Suspense>
          </Flex>
        </Popover.Dropdown>
      </Popover>
      <Select aria-label={t('flow')} placeholder={t('allFlows')} clearable searchable value={search.flow_id ?? null} w={{ base: '100%', xs: 260 }}
        data={(flows.data ?? []).map((flow) => ({ value: flow.id, label: flow.name }))} onChange={(id) => onChange({ flow_id: id ?? undefined })} />
    </Group>
  )
}
