import { Text, Tooltip } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useState } from 'react'
import { useFormat } from '@/i18n/format'

interface Props {
  at: string | null | undefined
  /** "5 minutes ago" instead of a time of day. */
  relative?: boolean
}

/** A time in the tenant's zone; hovering shows it to the second, with the zone. */
export function Moment({ at, relative }: Props) {
  const format = useFormat()
  if (!at) return <Text span inherit c="dimmed">–</Text>
  return (
    <Tooltip label={format.exact(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>{relative ? <Ago at={at} /> : format.moment(at)}</time>
    </Tooltip>
  )
}

function Ago({ at }: { at: string }) {
  const format = useFormat()
  const [now, setNow] = useState(() => new Date())
  useInterval(() => setNow(new Date()), 30_000, { autoInvoke: true })
  return format.ago(at, now)
}
