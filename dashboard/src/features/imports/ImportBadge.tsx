import { Badge, Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Import } from '@/api/schema'

const colors = { awaiting_upload: 'gray', ready: 'yellow', running: 'blue', completed: 'teal', failed: 'red', cancelled: 'gray' } as const

export function ImportBadge({ status }: { status: Import['status'] }) {
  const { t } = useTranslation('imports')
  return (
    <Badge color={colors[status]} variant="light" leftSection={status === 'running' ? <Loader size={8} color="blue" type="oval" /> : undefined}>
      {t(`status.${status}`)}
    </Badge>
  )
}
