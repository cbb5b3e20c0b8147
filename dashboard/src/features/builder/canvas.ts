import type { ComponentType } from 'react'
import { FlowCanvas as Canvas, type FlowCanvasProps } from '@/components/flowcanvas'

/** The drawing of the flow's steps. */
export const FlowCanvas: ComponentType<FlowCanvasProps> = Canvas
