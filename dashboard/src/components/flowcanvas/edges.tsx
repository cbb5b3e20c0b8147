import { ActionIcon, Menu, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import clsx from 'clsx'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { StepIcon, type StepType, stepTypes } from '@/domain/steps'
import classes from './canvas.module.css'
import type { Drawn } from './layout'

export interface LineData extends Record<string, unknown> {
  drawn: Drawn
  /** The condition in words, of an edge to a step that has one. */
  condition?: string
  onAdd?: (at: number, type: StepType) => void
}

export type LineEdge = Edge<LineData, 'line'>

function Line({ data }: EdgeProps<LineEdge>) {
  const { t } = useTranslation('flowcanvas')
  if (!data) return null
  const { drawn, condition, onAdd } = data
  return (
    <>
      <path d={drawn.d} className={clsx(classes.line, classes[drawn.way])} />
      {drawn.arrow && <path d={drawn.arrow.towards === 'down' ? 'M -5 -8 L 0 0 L 5 -8 Z' : 'M 8 -5 L 0 0 L 8 5 Z'} transform={`translate(${drawn.arrow.x} ${drawn.arrow.y})`} className={clsx(classes.arrow, classes[drawn.way])} />}
      {drawn.kind === 'if' && condition && <At {...drawn.label}><Text size="xs" className={classes.label}>{condition}</Text></At>}
      {drawn.kind === 'skip' && <At {...drawn.label}><Text size="xs" className={classes.label}>{t('otherwise')}</Text></At>}
      {drawn.kind === 'plain' && onAdd && <At {...drawn.plus}><Add at={drawn.at} onAdd={onAdd} /></At>}
    </>
  )
}

/** Something with its middle at a point of the drawing. */
function At({ x, y, children }: { x: number; y: number; children: ReactNode }) {
  return (
    <EdgeLabelRenderer>
      <div className="nodrag nopan" style={{ position: 'absolute', transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, pointerEvents: 'all' }}>{children}</div>
    </EdgeLabelRenderer>
  )
}

function Add({ at, onAdd }: { at: number; onAdd: (at: number, type: StepType) => void }) {
  const { t } = useTranslation(['flowcanvas', 'common'])
  return (
    <Menu position="right" shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon size={22} radius="xl" variant="default" aria-label={t('add', { number: at + 1 })}><IconPlus size={14} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('addHere')}</Menu.Label>
        {stepTypes.map((type) => <Menu.Item key={type} leftSection={<StepIcon type={type} size={22} />} onClick={() => onAdd(at, type)}>{t(`common:step.${type}`)}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  )
}

export const edgeTypes = { line: Line }
