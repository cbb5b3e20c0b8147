import type { ComponentType } from 'react'
import type { FlowCanvasProps } from '@/components/flowcanvas/types'

/** The steps as a canvas, loaded when first shown; the switch between list and canvas shows where it is. */
export const FlowCanvas: ComponentType<FlowCanvasProps> | null = null
