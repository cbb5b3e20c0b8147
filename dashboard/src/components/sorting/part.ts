import type { DraggableSyntheticListeners } from '@dnd-kit/core'
import type { KeyboardEvent as Key } from 'react'

/** The elements of an item on the page, and what its handle listens with once that is there. */
export class Part {
  item: HTMLElement | null = null
  handle: HTMLElement | null = null
  listeners: DraggableSyntheticListeners
  private early: string | undefined

  listen(listeners: DraggableSyntheticListeners) {
    this.listeners = listeners
    const { early: code, handle } = this
    if (!listeners || !code) return
    this.early = undefined
    setTimeout(() => handle?.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true })))
  }

  /** Hears a key. One that would pick the item up before that can be done does so then. */
  key(event: Key) {
    if (this.listeners) this.listeners.onKeyDown?.(event)
    else if (event.code === 'Space' || event.code === 'Enter') this.early = event.code
  }
}
