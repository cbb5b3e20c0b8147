import { Badge, Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const colors = {
  running: 'blue', pending: 'gray', completed: 'teal', success: 'teal', failed: 'red', cancelled: 'gray', skipped: 'yellow',
} as const

export type Status = keyof typeof colors

/** The status of an execution or of one of its steps. */
export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation()
  return (
    <Badge color={colors[status]} variant="light" autoContrast style={{ flexShrink: 0 }}
      leftSection={status === 'running' ? <Loader size={8} color="blue" type="oval" /> : undefined}>
      {t(`status.${status}`)}
    </Badge>
  )
}
