import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface Props {
  /** Where this page begins; none: at the newest. */
  cursor: string | undefined
  next: string | null | undefined
  onChange: (cursor: string | undefined) => void
}

/** Leads through a list of which only the next page is known. */
export function CursorButtons({ cursor, next, onChange }: Props) {
  const { t } = useTranslation()
  if (!cursor && !next) return null
  const go = (to: string | undefined) => {
    window.scrollTo({ top: 0 })
    onChange(to)
  }
  return (
    <Group justify="flex-end">
      {cursor && <Button variant="default" size="xs" onClick={() => go(undefined)}>{t('list.newer')}</Button>}
      {next && <Button variant="default" size="xs" onClick={() => go(next)}>{t('list.next')}</Button>}
    </Group>
  )
}
