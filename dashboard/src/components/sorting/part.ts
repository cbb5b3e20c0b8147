import type { DraggableSyntheticListeners } from '@dnd-kit/core'

/** The elements of an item on the page, and what its handle listens with once that is there. */
export class Part {
  item: HTMLElement | null = null
  handle: HTMLElement | null = null
  listeners: DraggableSyntheticListeners

  listen(listeners: DraggableSyntheticListeners) {
    this.listeners = listeners
  }
}
