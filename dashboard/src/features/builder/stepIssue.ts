import { useEditing } from './context'
import type { DraftStep } from './model/draft'

/** Gives the first thing wrong with a step that may be told yet. */
export function useStepIssue() {
  const { all, issue } = useEditing()
  return (step: DraftStep): string | undefined => {
    const prefix = `steps.${step.key}.`
    for (const field of Object.keys(all)) {
      const message = field.startsWith(prefix) ? issue(field) : undefined
      if (message) return message
    }
    return undefined
  }
}
