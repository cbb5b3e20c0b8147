import '@xyflow/react/dist/style.css'
import { Text, useComputedColorScheme, VisuallyHidden } from '@mantine/core'
import { Background, Controls, Panel, ReactFlow, type ReactFlowInstance, Position } from '@xyflow/react'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './canvas.module.css'
import { edgeTypes, type LineEdge } from './edges'
import { dropIndex, layout, moved, type Placed } from './layout'
import { nodeTypes, type StepNode } from './nodes'
import type { FlowCanvasProps } from './types'
import { useStepConditionWords } from './words'

type Instance = ReactFlowInstance<StepNode, LineEdge>

/** Where the lines of a node begin and end, as its handles are: known before anything is measured. */
const handlesOf = ({ width, height }: Placed) => [
  { type: 'target' as const, position: Position.Top, x: width / 2, y: 0 },
  { type: 'source' as const, position: Position.Bottom, x: width / 2, y: height },
]

/** FlowCanvas itself; import it from the folder. */
export default function Canvas({ actions, issues, selected = null, onSelect, onMove, onAdd, onRemove, path }: FlowCanvasProps) {
  const { t } = useTranslation('flowcanvas')
  const scheme = useComputedColorScheme()
  const words = useStepConditionWords()
  const hint = useId()
  const root = useRef<HTMLDivElement>(null)
  const [instance, setInstance] = useState<Instance>()
  // The step that is being dragged, where it is, and where it would be put.
  const [drag, setDrag] = useState<{ from: number; to: number; x: number; y: number }>()
  const still = useMemo(() => layout(actions, path), [actions, path])
  const { nodes, edges } = drag ? layout(actions, path, moved(actions.length, drag.from, drag.to)) : still
  const last = actions.length - 1
  const tab = Math.min(selected ?? 0, last)

  const drawnNodes = nodes.map((placed) => {
    const { id, kind, index, width, height } = placed
    const dragged = drag && kind === 'step' && index === drag.from
    // Sizes are the layout's own: the library need not measure, and may drag at once.
    const base = { id, type: kind, width, height, measured: { width, height }, position: dragged ? { x: drag.x, y: drag.y } : { x: placed.x, y: placed.y }, handles: handlesOf(placed), draggable: kind === 'step' && onMove !== undefined, zIndex: dragged ? 10 : 0 }
    const action = index === undefined ? undefined : actions[index]
    if (kind !== 'step' || index === undefined || !action) return { ...base, data: {} }
    return {
      ...base,
      data: { action, index, issue: issues?.[index], path: path?.find((one) => one.index === index), selected: selected === index, tab: tab === index, onSelect, onRemove },
    }
  }) as StepNode[]
  const drawnEdges = edges.map((drawn): LineEdge => {
    const action = drawn.kind === 'if' ? actions[drawn.index] : undefined
    return { id: drawn.id, type: 'line', source: drawn.source, target: drawn.target, data: { drawn, condition: action && words(action), onAdd: drag ? undefined : onAdd } }
  })

  const fit = (flow: Instance) => {
    const { clientWidth, clientHeight } = root.current ?? { clientWidth: 0, clientHeight: 0 }
    if (clientWidth === 0) return
    // All of it where that can still be read, else from the top.
    const zoom = Math.min(1, (clientWidth - 16) / still.width, Math.max((clientHeight - 32) / still.height, 0.75))
    void flow.setViewport({ x: clientWidth / 2, y: Math.max(16, (clientHeight - still.height * zoom) / 2), zoom })
  }
  const focus = (index: number) => root.current?.querySelector<HTMLElement>(`[data-step="${index}"]`)?.focus({ preventScroll: true })
  const choose = (index: number) => {
    onSelect?.(index)
    focus(index)
    const node = still.nodes.find((placed) => placed.kind === 'step' && placed.index === index)
    if (instance && node) void instance.setCenter(0, node.y + node.height / 2, { zoom: instance.getZoom(), duration: 150 })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>('[data-step]')?.dataset.step
    if (at === undefined || event.ctrlKey || event.metaKey) return
    const index = Number(at)
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key]
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? last : index + (step ?? 0)
    if (event.key === 'Delete' || event.key === 'Backspace') {
      if (!onRemove) return
      onRemove(index)
      // The last one takes its focus along: the keys go on at the one above.
      if (index === last) focus(index - 1)
    } else if (to === index || to < 0 || to > last) {
      if (step === undefined) return
    } else if (event.altKey) {
      if (!onMove || step === undefined) return
      onMove(index, to)
      // The step that was moved stays the one that the keys act on.
      choose(to)
    } else choose(to)
    event.preventDefault()
  }
  const keys = [onSelect && t('keys'), onMove && t('moveKeys'), onRemove && t('removeKeys')].filter(Boolean).join(' ')
  return (
    <div ref={root} className={classes.root} role="group" aria-label={t('canvas')} aria-describedby={hint} onKeyDown={onKeyDown}>
      <VisuallyHidden id={hint}>{keys}</VisuallyHidden>
      <div className={classes.inside}>
        <ReactFlow<StepNode, LineEdge>
          nodes={drawnNodes} edges={drawnEdges} nodeTypes={nodeTypes} edgeTypes={edgeTypes} colorMode={scheme}
          onInit={(flow) => { setInstance(flow); fit(flow) }}
          nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} disableKeyboardA11y deleteKeyCode={null}
          zoomOnScroll={false} zoomOnDoubleClick={false} preventScrolling={false} minZoom={0.3} maxZoom={1.5}
          onNodeDrag={(_event, { id, position, height = 0 }) => {
            const from = still.nodes.find((placed) => placed.id === id)?.index
            if (from !== undefined) setDrag({ from, to: dropIndex(still, from, position.y + height / 2), ...position })
          }}
          onNodeDragStop={() => {
            setDrag(undefined)
            if (drag && drag.to !== drag.from) onMove?.(drag.from, drag.to)
          }}>
          <Background gap={18} />
          <Controls showInteractive={false} onFitView={() => instance && fit(instance)} />
          {(onMove ?? onRemove) && <Panel position="top-left"><Text size="xs" c="dimmed" visibleFrom="sm" maw={170} aria-hidden>{keys}</Text></Panel>}
        </ReactFlow>
      </div>
    </div>
  )
}
