import type { StepType } from '@/domain/steps'

/** A step as the canvas draws it. */
export interface CanvasAction {
  action_type: StepType
  action_config: object
  condition_type: string | null
  condition_value: string | null
  /** What it is, in a word or two. */
  label: string
  /** What it does, in a line. */
  detail: string
}

/** What became, or would become, of the step at an index. */
export interface CanvasPath {
  index: number
  state: 'will_run' | 'skipped' | 'running' | 'success' | 'failed' | 'pending'
  at?: string
  note?: string
}

export interface FlowCanvasProps {
  actions: CanvasAction[]
  /** What is wrong with the step at an index. */
  issues?: Record<number, string>
  selected?: number | null
  onSelect?: (index: number) => void
  onMove?: (from: number, to: number) => void
  onAdd?: (at: number, type: StepType) => void
  onRemove?: (index: number) => void
  path?: CanvasPath[]
}
