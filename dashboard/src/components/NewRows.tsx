import { Button } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'

interface Props {
  /** How many newer rows wait above those shown. */
  waiting: number
  text: string
  onShow: () => void
}

/** Offers the rows that came while the reader was further down. */
export function NewRows({ waiting, text, onShow }: Props) {
  if (waiting === 0) return null
  return (
    <Button variant="light" size="xs" leftSection={<IconArrowUp size={14} />} onClick={onShow} style={{ position: 'sticky', top: 64, zIndex: 2, alignSelf: 'center' }}>
      {text}
    </Button>
  )
}
