import { Alert, Box, Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Sorting } from '@/components/sorting'
import { StepIcon, stepTypes } from '@/domain/steps'
import { useEditing } from './context'
import { timeHints } from './model/steps'
import { StepCard } from './StepCard'
import type { StepChanges } from './useSteps'
import { useWords } from './words'

/** The steps as a list, in their order; dragged by mouse, touch or keyboard. */
export function Steps({ changes }: { changes: StepChanges }) {
  const { t } = useTranslation('builder')
  const { draft, readOnly, issue } = useEditing()
  const words = useWords()
  const { steps } = draft
  const place = (id: string) => steps.findIndex((step) => step.key === id)
  const said = (id: string, at: string) => {
    const step = steps[place(id)]
    return { name: step ? words.label(step) : '', place: place(at) + 1, count: steps.length }
  }
  const hints = timeHints(steps)
  const tooMany = issue('actions')
  return (
    <Stack gap="sm">
      {tooMany && <Alert color="red">{tooMany}</Alert>}
      {steps.length === 0 && <Text c="dimmed">{readOnly ? t('steps.noneReader') : t('steps.none')}</Text>}
      <Sorting ids={steps.map((step) => step.key)} disabled={readOnly} onMove={changes.move}
        instructions={t('drag.instructions')} say={(event, id, at) => t(`drag.${event}`, said(id, at))}>
        <Box component="ol" p={0} m={0} style={{ listStyle: 'none', display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 'var(--mantine-spacing-sm)' }}>
          {steps.map((step, index) => <StepCard key={step.key} step={step} index={index} hint={hints[index]} changes={changes} />)}
        </Box>
      </Sorting>
      {!readOnly && <AddStep onAdd={(type) => changes.add(steps.length, type)} />}
    </Stack>
  )
}

function AddStep({ onAdd }: { onAdd: (type: (typeof stepTypes)[number]) => void }) {
  const { t } = useTranslation(['builder', 'common'])
  return (
    <Group gap="xs" role="group" aria-label={t('steps.add')}>
      <Text size="sm" fw={600} c="dimmed"><IconPlus size={14} style={{ verticalAlign: -2 }} aria-hidden /> {t('steps.add')}</Text>
      {stepTypes.map((type) => (
        <Button key={type} variant="default" size="sm" leftSection={<StepIcon type={type} size={22} />} onClick={() => onAdd(type)}>{t(`common:step.${type}`)}</Button>
      ))}
    </Group>
  )
}
