import { createContext, type KeyboardEvent, type PointerEvent, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { whenUsed } from '@/lib/used'
import type DragAndDrop from './DragAndDrop'
import type { DragProps } from './DragAndDrop'
import { Part } from './part'

interface Listed {
  part: (id: string) => Part
  want: () => void
}

const Context = createContext<Listed | null>(null)

interface Props extends Omit<DragProps, 'part'> {
  disabled: boolean
  children: ReactNode
}

/**
 * A list whose items are dragged by mouse, touch or keyboard, up and down.
 * The code of that comes once somebody uses the page; the list stands before,
 * and stays as it is then.
 */
export function Sorting({ disabled, children, ...drag }: Props) {
  const [Drag, setDrag] = useState<typeof DragAndDrop>()
  const [listed] = useState<Listed>(() => {
    const parts = new Map<string, Part>()
    return {
      part(id) {
        const known = parts.get(id) ?? new Part()
        parts.set(id, known)
        return known
      },
      // A list whose dragging cannot be fetched is a list all the same, and tries again.
      want: () => void import('./DragAndDrop').then((module) => setDrag(() => module.default), () => {}),
    }
  })
  useEffect(() => (disabled ? undefined : whenUsed(listed.want)), [disabled, listed])
  return (
    <>
      <Context value={listed}>{children}</Context>
      {Drag && !disabled && <Drag part={listed.part} {...drag} />}
    </>
  )
}

/** What an item of a list that is sorted gives to its element, and to the handle that it is dragged by. */
export function useSorted(id: string) {
  const listed = use(Context)
  return useMemo(() => ({
    item: (element: HTMLElement | null) => {
      if (listed) listed.part(id).item = element
    },
    handle: {
      ref: (element: HTMLElement | null) => {
        if (listed) listed.part(id).handle = element
      },
      onPointerEnter: () => listed?.want(),
      onFocus: () => listed?.want(),
      onPointerDown: (event: PointerEvent) => listed?.part(id).listeners?.onPointerDown?.(event),
      onKeyDown: (event: KeyboardEvent) => listed?.part(id).key(event),
    },
  }), [listed, id])
}
