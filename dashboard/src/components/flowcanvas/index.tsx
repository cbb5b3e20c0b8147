import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { FlowCanvasProps } from './types'

const Canvas = lazy(() => import('./Canvas'))

/**
 * A flow as a drawing: the trigger on top, the steps below it, conditions as
 * branches. What no handler is given for cannot be done. It fills the height
 * of what it stands in. Its code is loaded when it is first shown.
 */
export function FlowCanvas(props: FlowCanvasProps) {
  return (
    <Suspense fallback={<Skeleton h="100%" mih={320} />}>
      <Canvas {...props} />
    </Suspense>
  )
}

export type { CanvasAction, CanvasPath, FlowCanvasProps } from './types'
