import { ActionIcon, Box, Group, Text, ThemeIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconBolt, IconCheck, IconClock, IconFlag, IconLoader, IconPlayerPlay, IconPlayerSkipForward, IconTrash, IconX } from '@tabler/icons-react'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import clsx from 'clsx'
import { useTranslation } from 'react-i18next'
import { StepIcon } from '@/domain/steps'
import { useFormat } from '@/i18n/format'
import classes from './canvas.module.css'
import type { CanvasAction, CanvasPath } from './types'

export interface StepData extends Record<string, unknown> {
  action: CanvasAction
  index: number
  issue?: string
  path?: CanvasPath
  selected: boolean
  /** Whether the tab key stops here. */
  tab: boolean
  onSelect?: (index: number) => void
  onRemove?: (index: number) => void
}

export type StepNode = Node<StepData, 'step'>

const states = {
  will_run: { color: 'indigo', Icon: IconPlayerPlay },
  skipped: { color: 'yellow', Icon: IconPlayerSkipForward },
  running: { color: 'blue', Icon: IconLoader },
  success: { color: 'teal', Icon: IconCheck },
  failed: { color: 'red', Icon: IconX },
  pending: { color: 'gray', Icon: IconClock },
} as const

function Step({ data }: NodeProps<StepNode>) {
  const { t } = useTranslation('flowcanvas')
  const { action, index, issue, path, selected, tab, onSelect, onRemove } = data
  const color = issue ? 'red' : path && states[path.state].color
  const content = (
    <Group gap={10} wrap="nowrap" align="flex-start">
      <StepIcon type={action.action_type} size={32} />
      <Box style={{ minWidth: 0, flex: 1 }}>
        <Text size="sm" fw={650} truncate pe={onRemove ? 24 : 0}>{index + 1}. {action.label}</Text>
        <Text size="xs" c="dimmed" truncate title={action.detail}>{action.detail || ' '}</Text>
        {issue ? (
          <Text size="xs" c="var(--mantine-color-error)" truncate title={issue}><IconAlertTriangle size={12} className={classes.icon} aria-hidden /> {issue}</Text>
        ) : path && <State path={path} />}
      </Box>
    </Group>
  )
  const look = {
    className: clsx(classes.step, selected && classes.selected, path?.state === 'skipped' && classes.faded),
    style: color ? { borderColor: `var(--mantine-color-${color}-filled)`, borderInlineStartWidth: 5 } : undefined,
  }
  return (
    // The library lets only what it can drag or choose itself take the pointer.
    <div className={classes.card} style={{ pointerEvents: 'all' }}>
      <Ends />
      {onSelect ? (
        <UnstyledButton {...look} data-step={index} tabIndex={tab ? 0 : -1} aria-pressed={selected} onClick={() => onSelect(index)}>{content}</UnstyledButton>
      ) : <div {...look} data-step={index}>{content}</div>}
      {onRemove && (
        <ActionIcon className={clsx('nodrag', classes.remove)} variant="subtle" color="gray" size={32} tabIndex={tab ? 0 : -1}
          aria-label={t('remove', { number: index + 1, name: action.label })} onClick={() => onRemove(index)}><IconTrash size={14} /></ActionIcon>
      )}
    </div>
  )
}

function State({ path }: { path: CanvasPath }) {
  const { t } = useTranslation('flowcanvas')
  const format = useFormat()
  const { color, Icon } = states[path.state]
  const more = [path.at && format.moment(path.at), path.note].filter(Boolean).join(' · ')
  return (
    <Group gap={5} wrap="nowrap" mt={2}>
      <ThemeIcon size={16} radius="xl" color={color} variant="filled" aria-hidden><Icon size={11} stroke={2.5} /></ThemeIcon>
      <Tooltip label={more} disabled={!more} multiline maw={300}>
        <Text size="xs" truncate><Text span inherit fw={600}>{t(`state.${path.state}`)}</Text>{more && ` · ${more}`}</Text>
      </Tooltip>
    </Group>
  )
}

/** Where the library thinks that lines begin and end; they are drawn by the layout. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={classes.handle} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={classes.handle} />
    </>
  )
}

function Trigger() {
  const { t } = useTranslation('flowcanvas')
  return <div className={classes.trigger}><Ends /><IconBolt size={16} aria-hidden /><Text size="sm" fw={650}>{t('trigger')}</Text></div>
}

function End() {
  const { t } = useTranslation('flowcanvas')
  return <div className={classes.end}><Ends /><IconFlag size={14} aria-hidden /><Text size="sm">{t('end')}</Text></div>
}

function Fork() {
  return <><Ends /><div className={classes.fork} /></>
}

export const nodeTypes = { step: Step, trigger: Trigger, end: End, fork: Fork }
