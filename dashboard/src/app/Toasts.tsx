import { useNotifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { whenUsed } from '@/lib/used'
import type ToastList from './ToastList'

/**
 * Shows the toasts. Its code comes once somebody uses the page, so that it is
 * there when the network is not; a toast told before waits for it.
 */
export function Toasts() {
  const { notifications } = useNotifications()
  const [List, setList] = useState<typeof ToastList>()
  const waiting = notifications.length
  useEffect(() => {
    if (List) return
    // What could not be fetched is tried again with the next toast.
    const load = () => void import('./ToastList').then((module) => setList(() => module.default), () => {})
    if (!waiting) return whenUsed(load)
    load()
  }, [List, waiting])
  return List && <List position="bottom-right" limit={4} />
}
