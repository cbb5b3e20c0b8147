import type { ComponentType } from 'react'
import type { FlowCanvasProps } from '@/components/flowcanvas/types'

/** The steps as a canvas, which loads its code when first shown; null leaves out the switch between list and canvas. */
export const FlowCanvas: ComponentType<FlowCanvasProps> | null = null
