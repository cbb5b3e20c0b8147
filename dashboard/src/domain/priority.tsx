import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const levels = [
  { name: 'highest', color: 'red' },
  { name: 'high', color: 'orange' },
  { name: 'medium', color: 'yellow' },
] as const

/** A flow's priority by name and number: 0 Highest, 1 High, 2 Medium, then Low. */
export function PriorityBadge({ priority }: { priority: number }) {
  const { t } = useTranslation()
  const { name, color } = levels[priority] ?? { name: 'low' as const, color: 'gray' }
  return (
    <Badge variant="light" color={color} tt="none" style={{ flexShrink: 0 }}>
      {t(`priority.${name}`)} · {priority}
    </Badge>
  )
}
