import { Box, Card, Group, SegmentedControl, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { FlowCanvas } from '@/components/flowcanvas'
import type { CanvasAction, CanvasPath } from '@/components/flowcanvas/types'
import { useEditing } from './context'
import { LazyStepForm } from './LazyStepForm'
import { Section } from './Section'
import { Steps } from './Steps'
import { useStepIssue } from './stepIssue'
import type { Tested } from './TestPanel'
import type { StepChanges } from './useSteps'
import { useWords } from './words'

interface Props {
  changes: StepChanges
  /** The canvas shows the path of the last test. */
  tested: Tested | null
}

/** The steps, as a list or as a canvas of the same flow. */
export function StepsSection({ changes, tested }: Props) {
  const { t } = useTranslation('builder')
  const [view, setView] = useLocalStorage<'list' | 'canvas'>({ key: 'aef.builder.view', defaultValue: 'list' })
  return (
    <Section title={t('steps.title')} about={t('steps.about')} lock={false}
      actions={(
        <SegmentedControl size="xs" value={view} onChange={(value) => setView(value === 'canvas' ? 'canvas' : 'list')} aria-label={t('steps.view')}
          data={[{ value: 'list', label: t('steps.list') }, { value: 'canvas', label: t('steps.canvas') }]} />
      )}>
      {view === 'canvas' ? <Canvas changes={changes} tested={tested} /> : <Steps changes={changes} />}
    </Section>
  )
}

function Canvas({ changes, tested }: Props) {
  const { t } = useTranslation('builder')
  const { draft, readOnly } = useEditing()
  const words = useWords()
  const wrong = useStepIssue()
  const { steps } = draft
  const actions: CanvasAction[] = steps.map((step) => ({
    action_type: step.type, action_config: step.config, condition_type: step.conditionType === 'always' ? null : step.conditionType,
    condition_value: step.conditionType === 'always' ? null : step.conditionValue, label: words.label(step),
    detail: words.detail(step),
  }))
  const issues = Object.fromEntries(steps.flatMap((step, index) => {
    const message = wrong(step)
    return message ? [[index, message]] : []
  })) as Record<number, string>
  const path: CanvasPath[] | undefined = tested?.result.action_plan.flatMap((planned, place) => {
    const index = steps.findIndex(({ key }) => key === tested.keys[place])
    if (index < 0) return []
    const state = planned.estimated_status === 'skipped' ? 'skipped' : planned.estimated_status === 'failed' ? 'failed' : 'will_run'
    return [{ index, state, at: planned.at, note: planned.reason ?? undefined } satisfies CanvasPath]
  })
  const at = steps.findIndex(({ key }) => key === changes.open)
  const open = steps[at]
  return (
    <>
      {/* The canvas fills the height that it is given. */}
      <Box h="min(620px, 70vh)">
        <FlowCanvas actions={actions} issues={issues} path={path} selected={at < 0 ? null : at} onSelect={(index) => changes.setOpen(steps[index]?.key ?? null)}
          {...(readOnly ? {} : { onMove: changes.move, onAdd: changes.add, onRemove: changes.remove })} />
      </Box>
      {open ? (
        <Card withBorder>
          <Group mb="sm"><Text fw={600}>{t('steps.nth', { number: at + 1, name: words.label(open) })}</Text></Group>
          <LazyStepForm key={open.key} step={open} index={at} changes={changes} />
        </Card>
      ) : <Text size="sm" c="dimmed">{t('steps.choose')}</Text>}
    </>
  )
}
