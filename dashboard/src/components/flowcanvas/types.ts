import type { StepType } from '@/domain/steps'

/** A step as the canvas draws it. */
export interface CanvasAction {
  action_type: StepType
  action_config: object
  /** null, and `always`: the step runs in any case. */
  condition_type: string | null
  condition_value: string | null
  /** What it is, in a word or two. */
  label: string
  /** What it does, in a line; may be empty. */
  detail: string
}

/** What became, or would become, of the step at an index. */
export interface CanvasPath {
  index: number
  state: 'will_run' | 'skipped' | 'running' | 'success' | 'failed' | 'pending'
  /** When, RFC 3339. */
  at?: string
  /** A few words: why it was skipped, what came of it. */
  note?: string
}

export interface FlowCanvasProps {
  actions: CanvasAction[]
  /** What is wrong with the step at an index. */
  issues?: Record<number, string>
  selected?: number | null
  /** A step was chosen by mouse or arrow key. Without it the steps cannot be chosen. */
  onSelect?: (index: number) => void
  /** The step at `from` is to be taken out and put back so that it is at `to`. Without it steps stay. */
  onMove?: (from: number, to: number) => void
  /** A new step is to be at index `at`. Without it there is no "+". */
  onAdd?: (at: number, type: StepType) => void
  /** Without it steps cannot be deleted. */
  onRemove?: (index: number) => void
  path?: CanvasPath[]
}
