import { Badge } from '@mantine/core'
import { IconBan, IconCheck, IconHourglass, IconX, IconZoomQuestion } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { LeadOutcome } from './search'

const looks = {
  received: { color: 'blue', Icon: IconHourglass },
  matched: { color: 'teal', Icon: IconCheck },
  none: { color: 'orange', Icon: IconZoomQuestion },
  skipped: { color: 'yellow', Icon: IconBan },
  rejected: { color: 'red', Icon: IconX },
} as const

/** What was decided of a lead. */
export function OutcomeBadge({ outcome }: { outcome: LeadOutcome }) {
  const { t } = useTranslation('leads')
  const { color, Icon } = looks[outcome]
  return <Badge variant="light" color={color} leftSection={<Icon size={12} />} style={{ flexShrink: 0 }}>{t(`outcome.${outcome}`)}</Badge>
}
