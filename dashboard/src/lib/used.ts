const signs = ['pointermove', 'pointerdown', 'keydown'] as const

/** Does something at the first sign of a person: a pointer that moves, a touch, a key. The answer calls it off. */
export function whenUsed(work: () => void): () => void {
  const end = () => signs.forEach((sign) => window.removeEventListener(sign, begin, true))
  const begin = () => {
    end()
    work()
  }
  signs.forEach((sign) => window.addEventListener(sign, begin, { capture: true, passive: true }))
  return end
}
