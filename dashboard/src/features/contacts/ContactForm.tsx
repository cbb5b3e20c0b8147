import { ActionIcon, Button, Group, SimpleGrid, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { randomId } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Failure } from '@/api/failure'
import { FailureNote } from '@/components/FailureNote'
import { fieldErrors } from '@/lib/fieldErrors'
import { type ContactValues, texts } from './values'

/** How a new contact came, which flows look at. */
export interface NewLead {
  lead_source: string
  notes: string
}

interface Props {
  initial: ContactValues
  /** Asks for what a new lead says, too. */
  isNew?: boolean
  saveLabel: string
  pending: boolean
  error: unknown
  onSave: (values: ContactValues, lead: NewLead) => void
  onCancel: () => void
}

const fields = [...texts, 'tags', 'custom_fields', 'lead_source', 'notes'] as const

/** The fields of a contact; what the server refuses is shown at its field. */
export function ContactForm({ initial, isNew, saveLabel, pending, error, onSave, onCancel }: Props) {
  const { t } = useTranslation(['contacts', 'common'])
  const form = useForm<ContactValues & NewLead>({
    initialValues: { ...initial, lead_source: '', notes: '' },
    validate: (values) => ({
      ...(values.phone.trim() || values.email.trim() ? {} : { phone: t('needsAddress') }),
      ...Object.fromEntries(values.custom.flatMap(({ name, value }, i): [string, string][] => {
        if (value.trim() && !name.trim()) return [[`custom.${i}.name`, t('customNameMissing')]]
        return name.trim() && values.custom.findIndex((other) => other.name.trim() === name.trim()) < i ? [[`custom.${i}.name`, t('customNameTwice')]] : []
      })),
    }),
  })
  const { errors, rest } = fieldErrors(error instanceof Failure ? error : undefined, fields)
  const wrong = (field: string) => form.errors[field] ?? errors[field]
  const text = (field: (typeof texts)[number], more: object = {}) => (
    <TextInput label={t(`field.${field}`)} maxLength={255} autoComplete="off" {...more} {...form.getInputProps(field)} error={wrong(field)} />
  )
  return (
    <form onSubmit={form.onSubmit(({ lead_source, notes, ...values }) => onSave(values, { lead_source: lead_source.trim(), notes: notes.trim() }))} noValidate>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {text('name', { 'data-autofocus': true })}
          {text('company')}
          {text('phone', { type: 'tel', placeholder: '98450 12345' })}
          {text('email', { type: 'email' })}
          {text('city')}
          {text('country', { placeholder: 'IN' })}
          {text('external_id', { description: t('externalIdAbout') })}
          <TagsInput label={t('field.tags')} description={t('tagsAbout')} {...form.getInputProps('tags')} error={wrong('tags')} clearable acceptValueOnBlur />
          {isNew && <TextInput label={t('field.lead_source')} description={t('leadSourceAbout')} maxLength={255} {...form.getInputProps('lead_source')} error={wrong('lead_source')} />}
        </SimpleGrid>
        <Stack gap={6} component="fieldset" style={{ border: 0, margin: 0, padding: 0 }}>
          <Text component="legend" size="sm" fw={500} p={0}>{t('custom')}</Text>
          {form.values.custom.map(({ key, name }, i) => (
            <Group key={key} gap="xs" wrap="nowrap" align="flex-start">
              <TextInput aria-label={t('customName')} placeholder={t('customName')} maxLength={255} style={{ flex: 1 }} {...form.getInputProps(`custom.${i}.name`)} />
              <TextInput aria-label={t('customValue', { name })} placeholder={t('customValueHint')} style={{ flex: 2 }} {...form.getInputProps(`custom.${i}.value`)} />
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('customRemove', { name })} onClick={() => form.removeListItem('custom', i)}><IconTrash size={16} /></ActionIcon>
            </Group>
          ))}
          {errors.custom_fields && <Text size="xs" c="red">{errors.custom_fields}</Text>}
          <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} />} style={{ alignSelf: 'flex-start' }}
            onClick={() => form.insertListItem('custom', { key: randomId(), name: '', value: '' })}>{t('customAdd')}</Button>
        </Stack>
        {isNew && <Textarea label={t('field.notes')} rows={3} maxLength={10_000} {...form.getInputProps('notes')} error={wrong('notes')} />}
        {Boolean(rest ?? (error instanceof Failure ? undefined : error)) && <FailureNote error={rest ?? error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>{t('common:action.cancel')}</Button>
          <Button type="submit" loading={pending}>{saveLabel}</Button>
        </Group>
      </Stack>
    </form>
  )
}
