import '@mantine/dates/styles.css'
import 'dayjs/locale/hi'
import { DatePicker } from '@mantine/dates'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Days } from './search'

interface Props {
  days: Days
  today: string
  onChoose: (days: Days) => void
}

/** Two days are chosen, the first and the last. */
export default function Calendar({ days, today, onChoose }: Props) {
  const { i18n } = useTranslation()
  const [value, setValue] = useState<[string | null, string | null]>([days.from, days.to])
  return (
    <DatePicker type="range" allowSingleDateInRange locale={i18n.language} value={value} maxDate={today} defaultDate={days.to}
      onChange={([from, to]) => {
        setValue([from, to])
        if (from && to) onChoose({ from, to })
      }} />
  )
}
