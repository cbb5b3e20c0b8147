import { useEffect, useState } from 'react'

interface Row {
  id: string
}

/**
 * Splits a live list, newest first: what is shown, and how many newer rows
 * wait above. `from` is the newest row shown; undefined shows all.
 */
export function held<R extends Row>(rows: readonly R[], from: string | undefined): { shown: readonly R[]; waiting: number } {
  const at = from === undefined ? 0 : rows.findIndex((row) => row.id === from)
  return at > 0 ? { shown: rows.slice(at), waiting: at } : { shown: rows, waiting: 0 }
}

/** New rows slide in while the reader is at the top, and wait while they read further down. */
export function useHeld<R extends Row>(rows: readonly R[]) {
  const [from, setFrom] = useState<string>()
  const newest = rows[0]?.id
  useEffect(() => {
    const settle = () => setFrom((now) => (window.scrollY < 120 ? undefined : (now ?? newest)))
    settle()
    window.addEventListener('scroll', settle, { passive: true })
    return () => window.removeEventListener('scroll', settle)
  }, [newest])
  return { ...held(rows, from), showAll: () => { setFrom(undefined); window.scrollTo({ top: 0 }) } }
}
