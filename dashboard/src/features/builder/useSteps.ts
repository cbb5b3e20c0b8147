import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toastDone } from '@/components/toasts'
import type { StepType } from '@/domain/steps'
import type { Draft, DraftStep, StepConfig } from './model/draft'
import { added, duplicated, moved, removed } from './model/steps'
import type { Builder } from './useBuilder'

/** What is done to the steps, from the list or from the canvas, and which of them is open. */
export function useSteps({ draft, update }: Pick<Builder, 'draft' | 'update'>) {
  const { t } = useTranslation('builder')
  const [open, setOpen] = useState<string | null>(null)
  const set = (change: (steps: DraftStep[]) => DraftStep[]) => update((now: Draft) => ({ steps: change(now.steps) }))
  return {
    open,
    setOpen,
    add(at: number, type: StepType) {
      const steps = added(draft.steps, at, type)
      set(() => steps)
      setOpen(steps[at]?.key ?? null)
    },
    remove(index: number) {
      const before = draft.steps
      const step = before[index]
      if (!step) return
      set((steps) => removed(steps, steps.findIndex(({ key }) => key === step.key)))
      toastDone(t('steps.removed'), () => set((steps) => (steps.some(({ key }) => key === step.key) ? steps : steps.toSpliced(Math.min(index, steps.length), 0, step))))
    },
    duplicate(index: number) {
      const steps = duplicated(draft.steps, index)
      set(() => steps)
      setOpen(steps[index + 1]?.key ?? null)
    },
    move: (from: number, to: number) => set((steps) => moved(steps, from, to)),
    change: (key: string, change: Partial<DraftStep>) => set((steps) => steps.map((step) => (step.key === key ? { ...step, ...change } : step))),
    configure: (key: string, change: StepConfig) =>
      set((steps) => steps.map((step) => (step.key === key ? { ...step, config: { ...step.config, ...change } } : step))),
  }
}

export type StepChanges = ReturnType<typeof useSteps>
