import { Drawer } from '@mantine/core'
import { type ReactNode, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RowsSkeleton } from '@/components/Page'

interface Props {
  opened: boolean
  onClose: () => void
  title: string
  /** Whether what was entered stays while the panel is closed; default false. */
  keepMounted?: boolean
  children: ReactNode
}

/** A drawer beside the flow. Its content, and the code of it, come when it first opens. */
export function Panel({ opened, onClose, title, keepMounted, children }: Props) {
  const { t } = useTranslation('builder')
  const [used, setUsed] = useState(opened)
  if (opened && !used) setUsed(true)
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size="lg" title={title} keepMounted={keepMounted} closeButtonProps={{ 'aria-label': t('close') }}>
      {used && <Suspense fallback={<RowsSkeleton />}>{children}</Suspense>}
    </Drawer>
  )
}
