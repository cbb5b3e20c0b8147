import type { ActionLog } from '@/api/schema'
import type { CanvasPath } from '@/components/flowcanvas/types'
import type { StepType } from '@/domain/steps'

/** What steps are made from: the actions of the flow's version. */
export interface PlannedAction {
  action_order: number
  action_type: StepType
  action_config: object
  condition_type: string | null
  condition_value: string | null
}

/** A step of an execution: what was planned, and each attempt at it. */
export interface Step extends PlannedAction {
  /** By attempt; empty before the execution comes to the step. */
  logs: ActionLog[]
}

/** planned: still to come; unreached: the execution ended before it. */
export type StepState = ActionLog['status'] | 'planned' | 'unreached'

/** The steps by order. Without the flow's actions (it is gone) they are those that have logs. */
export function stepsOf(logs: readonly ActionLog[], actions: readonly PlannedAction[] | undefined): Step[] {
  const steps = new Map<number, Step>()
  for (const action of actions ?? []) steps.set(action.action_order, { ...action, logs: [] })
  for (const log of logs) {
    const step = steps.get(log.action_order)
    steps.set(log.action_order, {
      condition_type: null, condition_value: null, ...step,
      // As it ran, which is what the log says.
      action_order: log.action_order, action_type: log.action_type, action_config: log.action_config, logs: [...(step?.logs ?? []), log],
    })
  }
  return [...steps.values()].sort((a, b) => a.action_order - b.action_order)
}

/** The last attempt counts. */
export function stateOf(step: Step, running: boolean): StepState {
  return step.logs.at(-1)?.status ?? (running ? 'planned' : 'unreached')
}

/** The steps' states as the canvas shows them; a step that was not reached is left plain. */
export function pathOf(steps: readonly Step[], running: boolean, note: (log: ActionLog) => string | undefined): CanvasPath[] {
  return steps.flatMap((step, index): CanvasPath[] => {
    const state = stateOf(step, running)
    if (state === 'unreached') return []
    const log = step.logs.at(-1)
    return [{
      index,
      state: state === 'planned' ? 'pending' : state,
      at: log?.completed_at ?? log?.started_at ?? log?.planned_for ?? undefined,
      note: log && note(log),
    }]
  })
}
