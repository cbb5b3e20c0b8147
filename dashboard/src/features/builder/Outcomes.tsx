import { Group, Select, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { StepIcon } from '@/domain/steps'
import { useEditing } from './context'
import type { Outcome } from './TestPanel'
import { useWords } from './words'

const callOutcomes = ['answered', 'missed', 'no_answer', 'busy', 'voicemail', 'failed'] as const
const messageOutcomes = ['success', 'failed'] as const

interface Props {
  /** By the steps' keys; a step without one goes well. */
  outcomes: Record<string, Outcome>
  onChange: (key: string, outcome: Outcome | null) => void
}

/** How each call and message is taken to end. */
export function Outcomes({ outcomes, onChange }: Props) {
  const { t } = useTranslation('builder')
  const { draft } = useEditing()
  const words = useWords()
  if (!draft.steps.some(({ type }) => type !== 'wait')) return null
  return (
    <Stack gap="xs" role="group" aria-label={t('test.outcomes')}>
      <Text fw={600} size="sm">{t('test.outcomes')}</Text>
      {draft.steps.map((step, index) => {
        if (step.type === 'wait') return null
        const all = step.type === 'ai_call' ? callOutcomes : messageOutcomes
        const name = `${index + 1}. ${words.label(step)}`
        return (
          <Group key={step.key} wrap="nowrap" gap="xs">
            <StepIcon type={step.type} size={24} />
            <Text size="sm" style={{ flex: 1 }} truncate>{name}</Text>
            <Select size="xs" w={170} aria-label={t('test.outcomeOf', { name })} allowDeselect={false} value={outcomes[step.key] ?? all[0]}
              data={all.map((value) => ({ value, label: t(`outcome.${value}`) }))}
              onChange={(value) => onChange(step.key, value === all[0] ? null : (value as Outcome))} />
          </Group>
        )
      })}
    </Stack>
  )
}
