import { Group, NumberInput, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { PriorityBadge } from '@/domain/priority'
import { useEditing, useField } from './context'
import { Section } from './Section'

/** Name, description, whether it takes leads, and its place among the flows. */
export function Basics() {
  const { t } = useTranslation('builder')
  const { draft, update } = useEditing()
  const field = useField()
  return (
    <Section title={t('basics.title')}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <TextInput label={t('basics.name')} required withAsterisk value={draft.name} {...field('name')} maxLength={300}
          onChange={(event) => update({ name: event.currentTarget.value })} />
        <Textarea label={t('basics.description')} value={draft.description} {...field('description')} autosize minRows={1} maxRows={5}
          onChange={(event) => update({ description: event.currentTarget.value })} />
      </SimpleGrid>
      <Group align="flex-start" gap="xl">
        <Switch label={t('basics.enabled')} description={t('basics.enabledText')} checked={draft.isEnabled}
          onChange={(event) => update({ isEnabled: event.currentTarget.checked })} />
        <NumberInput label={t('basics.priority')} description={draft.priority === null ? t('basics.priorityLast') : t('basics.priorityText')} w={280}
          value={draft.priority ?? ''} {...field('priority')} min={0} allowDecimal={false} allowNegative={false}
          rightSection={draft.priority === null ? undefined : <PriorityBadge priority={draft.priority} />} rightSectionWidth={130} rightSectionPointerEvents="none"
          onChange={(value) => update({ priority: value === '' ? null : Number(value) })} />
      </Group>
    </Section>
  )
}
