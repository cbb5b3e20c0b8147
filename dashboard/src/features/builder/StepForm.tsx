import { Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEditing, useField } from './context'
import { EmailForm } from './EmailForm'
import type { DraftStep, StepConditionType, StepConfig } from './model/draft'
import { conditionsAt, inUnits, type Unit, unitMinutes } from './model/steps'
import { stepConditionValues } from './model/validate'
import { Picker } from './Picker'
import { agentsQuery, callNumbersQuery } from './queries'
import { Lock } from './Section'
import type { StepChanges } from './useSteps'
import { WhatsAppForm } from './WhatsAppForm'
import { useWords } from './words'

export interface StepFormProps {
  step: DraftStep
  configure: (change: StepConfig) => void
}

/** All that is set of one step. */
export default function StepForm({ step, index, changes }: { step: DraftStep; index: number; changes: StepChanges }) {
  const props: StepFormProps = { step, configure: (change) => changes.configure(step.key, change) }
  return (
    <Lock>
      {step.type === 'ai_call' && <CallForm {...props} />}
      {step.type === 'whatsapp_message' && <WhatsAppForm {...props} />}
      {step.type === 'email' && <EmailForm {...props} />}
      {step.type === 'wait' && <WaitForm {...props} />}
      <StepCondition step={step} index={index} changes={changes} />
    </Lock>
  )
}

function CallForm({ step: { key, config }, configure }: StepFormProps) {
  const { t } = useTranslation('builder')
  const field = useField()
  const agents = useQuery(agentsQuery)
  const numbers = useQuery(callNumbersQuery)
  const count = (value: string | number) => (value === '' ? null : Number(value))
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Picker label={t('call.agent')} withAsterisk query={agents} elsewhere="/settings" choices={(agents.data ?? []).map(({ id, name, status }) => ({ value: id, label: name || id, note: status ?? undefined }))}
          value={config.agent_id ?? ''} onChange={(agent_id) => configure({ agent_id })} {...field(`steps.${key}.agent_id`)} />
        <Picker label={t('call.number')} withAsterisk query={numbers} elsewhere="/settings" choices={(numbers.data ?? []).map(({ id, phone_number }) => ({ value: id, label: phone_number || id }))}
          value={config.phone_number_id ?? ''} onChange={(phone_number_id) => configure({ phone_number_id })} {...field(`steps.${key}.phone_number_id`)} />
      </SimpleGrid>
      <Group align="flex-start">
        <NumberInput label={t('call.retries')} description={t('call.retriesText')} w={240} min={0} max={5} allowDecimal={false} clampBehavior="none" placeholder="0"
          value={config.max_retries ?? ''} onChange={(value) => configure({ max_retries: count(value) })} {...field(`steps.${key}.max_retries`)} />
        {(config.max_retries ?? 0) > 0 && (
          <NumberInput label={t('call.delay')} description={t('call.delayText')} w={240} min={0} allowDecimal={false} clampBehavior="none" placeholder="30" suffix={' ' + t('unit.short')}
            value={config.retry_delay_minutes ?? ''} onChange={(value) => configure({ retry_delay_minutes: count(value) })} {...field(`steps.${key}.retry_delay_minutes`)} />
        )}
      </Group>
      <Text size="xs" c="dimmed">{t('call.ends')}</Text>
    </Stack>
  )
}

function WaitForm({ step: { key, config }, configure }: StepFormProps) {
  const { t } = useTranslation('builder')
  const field = useField()
  // The unit chosen stays while the number is typed: 60 minutes do not become an hour.
  const [unit, setUnit] = useState<Unit>(() => inUnits(config.duration_minutes ?? 0).unit)
  const minutes = config.duration_minutes
  const count = minutes === undefined ? '' : minutes / unitMinutes[unit]
  const set = (value: number | string, of: Unit) => configure({ duration_minutes: value === '' ? undefined : Math.round(Number(value) * unitMinutes[of]) })
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="xs">
        <NumberInput label={t('wait.duration')} withAsterisk w={150} min={0} decimalScale={2} value={count} onChange={(value) => set(value, unit)} {...field(`steps.${key}.duration_minutes`)} />
        <Select label={t('wait.unit')} w={140} allowDeselect={false} value={unit} data={(['minute', 'hour', 'day'] as const).map((value) => ({ value, label: t(`unit.${value}`) }))}
          onChange={(value) => {
            const next = (value ?? 'minute') as Unit
            setUnit(next)
            set(count, next)
          }} />
      </Group>
      <Checkbox label={t('wait.untilHours')} description={t('wait.untilHoursText')} checked={config.wait_until_business_hours ?? false}
        onChange={(event) => configure({ wait_until_business_hours: event.currentTarget.checked || undefined })} />
    </Stack>
  )
}

/** When the step runs, in words. */
function StepCondition({ step, index, changes }: { step: DraftStep; index: number; changes: StepChanges }) {
  const { t } = useTranslation('builder')
  const { draft } = useEditing()
  const field = useField()
  const words = useWords()
  const can = conditionsAt(draft.steps, index)
  const value = step.conditionType === 'always' ? 'always' : `${step.conditionType}:${step.conditionValue}`
  const items = (type: 'call_outcome' | 'previous_action_status') => stepConditionValues[type].map((one) => ({ value: `${type}:${one}`, label: words.condition(type, one) }))
  const data = [
    { value: 'always', label: t('when.always') },
    ...(can.call || step.conditionType === 'call_outcome' ? [{ group: t('when.afterCall'), items: items('call_outcome') }] : []),
    ...(can.previous || step.conditionType === 'previous_action_status' ? [{ group: t('when.afterStep'), items: items('previous_action_status') }] : []),
  ]
  const never = step.conditionType === 'call_outcome' && !can.call ? t('when.noCall') : undefined
  return (
    <Select label={t('when.label')} data={data} value={value} allowDeselect={false} maw={480} maxDropdownHeight={340} description={never}
      inputWrapperOrder={['label', 'input', 'description', 'error']} {...field(`steps.${step.key}.condition_value`)}
      onChange={(next) => {
        const [conditionType = 'always', conditionValue = ''] = String(next ?? 'always').split(':')
        changes.change(step.key, { conditionType: conditionType as StepConditionType, conditionValue })
      }} />
  )
}
