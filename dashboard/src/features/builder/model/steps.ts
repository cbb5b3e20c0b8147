import type { StepType } from '@/domain/steps'
import { type DraftStep, newKey, newStep } from './draft'

/** The steps with a new one of the type before the one at an index. */
export function added(steps: DraftStep[], at: number, type: StepType): DraftStep[] {
  return steps.toSpliced(at, 0, newStep(type))
}

export function removed(steps: DraftStep[], index: number): DraftStep[] {
  return steps.toSpliced(index, 1)
}

/** The steps with a copy after the one at an index; the copy is a step of its own. */
export function duplicated(steps: DraftStep[], index: number): DraftStep[] {
  const step = steps[index]
  if (!step) return steps
  return steps.toSpliced(index + 1, 0, { ...structuredClone(step), key: newKey(), id: undefined })
}

export function moved(steps: DraftStep[], from: number, to: number): DraftStep[] {
  const step = steps[from]
  if (!step || to < 0 || to >= steps.length) return steps
  return steps.toSpliced(from, 1).toSpliced(to, 0, step)
}

export interface TimeHint {
  /** Minutes after the lead at which the step begins, at the earliest. */
  from: number
  /** The same at the latest, if every conditional wait and every repeated call happens. */
  to: number
  /** A wait before it goes on to the next opening, so that it may be later still. */
  opening: boolean
}

const defaultRetryDelay = 30

/** When each step begins, counted from the lead. Calls and messages themselves take no time here. */
export function timeHints(steps: DraftStep[]): TimeHint[] {
  const hints: TimeHint[] = []
  let [from, to, opening] = [0, 0, false]
  for (const step of steps) {
    hints.push({ from, to, opening })
    if (step.type === 'wait') {
      const minutes = step.config.duration_minutes ?? 0
      to += minutes
      if (step.conditionType === 'always') from += minutes
      opening ||= step.config.wait_until_business_hours === true
    }
    if (step.type === 'ai_call') to += (step.config.max_retries ?? 0) * (step.config.retry_delay_minutes ?? defaultRetryDelay)
  }
  return hints
}

export type Unit = 'minute' | 'hour' | 'day'
export const unitMinutes: Record<Unit, number> = { minute: 1, hour: 60, day: 1440 }

/** A number of minutes in the greatest unit that divides it: 120 is 2 hours. */
export function inUnits(minutes: number): { count: number; unit: Unit } {
  const unit = (['day', 'hour'] as const).find((u) => minutes > 0 && minutes % unitMinutes[u] === 0) ?? 'minute'
  return { count: minutes / unitMinutes[unit], unit }
}

/** The step conditions that can be met by what comes before a step: a call for its outcome, any step for its status. */
export function conditionsAt(steps: DraftStep[], index: number): { call: boolean; previous: boolean } {
  return { call: steps.slice(0, index).some((step) => step.type === 'ai_call'), previous: index > 0 }
}
