import { Alert, Autocomplete, Button, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { WhatsAppTemplate } from '@/api/schema'
import { ContactPicker } from '@/components/ContactPicker'
import { FailureNote } from '@/components/FailureNote'
import { useEditing, useField } from './context'
import { bodyOf, filledIn, nextParameter, parametersOf, valueNames } from './model/whatsapp'
import { Picker } from './Picker'
import { previewQuery, suggestionsQuery, whatsappNumbersQuery, whatsappTemplatesQuery } from './queries'
import type { StepFormProps } from './StepForm'

/** The number that writes, the approved template, and what stands for each of its parameters. */
export function WhatsAppForm({ step: { key, config }, configure }: StepFormProps) {
  const { t } = useTranslation('builder')
  const { readOnly } = useEditing()
  const field = useField()
  const numbers = useQuery(whatsappNumbersQuery)
  const templates = useQuery(whatsappTemplatesQuery)
  const own = useQuery(suggestionsQuery('custom_field')).data ?? []
  const known = templates.data ?? []
  const idOf = (template: WhatsAppTemplate) => `${template.name}\n${template.language}`
  const template = known.find((one) => (one.name === config.template_id || one.id === config.template_id) && (!config.language || one.language === config.language))
  const choose = (value: string) => {
    const chosen = known.find((one) => idOf(one) === value)
    configure(chosen ? { template_id: chosen.name, language: chosen.language } : { template_id: value })
  }
  const mappings = config.variable_mappings ?? {}
  const parameters = parametersOf(template, mappings)
  const map = (name: string, text: string) => configure({ variable_mappings: { ...mappings, [name]: text } })
  const values = [...valueNames, ...own.map(({ value }) => `custom.${value}`)]
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Picker label={t('whatsapp.number')} withAsterisk query={numbers} elsewhere="/settings" value={config.whatsapp_phone_number_id ?? ''}
          choices={(numbers.data ?? []).map((n) => ({ value: n.id, label: n.display_phone_number || n.id, note: n.verified_name }))}
          onChange={(whatsapp_phone_number_id) => configure({ whatsapp_phone_number_id })} {...field(`steps.${key}.whatsapp_phone_number_id`)} />
        <Picker label={t('whatsapp.template')} withAsterisk query={templates} elsewhere="/settings" value={template ? idOf(template) : (config.template_id ?? '')}
          choices={known.map((one) => ({ value: idOf(one), label: `${one.name} (${one.language})`, note: [one.category, one.status].join(' · ') }))}
          onChange={choose} {...field(`steps.${key}.template_id`)} />
      </SimpleGrid>
      {template && template.status !== 'APPROVED' && <Alert color="yellow">{t('whatsapp.notApproved', { status: template.status })}</Alert>}
      {!template && (
        <TextInput label={t('whatsapp.language')} placeholder="en" w={160} value={config.language ?? ''} onChange={(event) => configure({ language: event.currentTarget.value })} {...field(`steps.${key}.language`)} />
      )}
      {(parameters.length > 0 || !template) && (
        <Stack gap="xs">
          <Text size="sm" fw={500}>{t('whatsapp.parameters')}</Text>
          <Text size="xs" c="dimmed">{t('whatsapp.parametersText', { example: '{{ name | default: "there" }}' })}</Text>
          {parameters.map((name) => (
            <Group key={name} gap="xs" wrap="nowrap" align="flex-start">
              <Text ff="monospace" size="sm" w={90} pt={7}>{`{{${name}}}`}</Text>
              <Autocomplete aria-label={t('whatsapp.valueOf', { name })} style={{ flex: 1 }} maw={460} data={values} value={mappings[name] ?? ''} placeholder={t('whatsapp.valueHint')}
                onChange={(text) => map(name, text)} {...field(`steps.${key}.variable_mappings.${name}`)} />
            </Group>
          ))}
          {!template && !readOnly && (
            <Button variant="subtle" size="compact-sm" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => map(nextParameter(mappings), 'name')}>{t('whatsapp.addParameter')}</Button>
          )}
        </Stack>
      )}
      {template && bodyOf(template) && <Preview text={filledIn(bodyOf(template), mappings)} />}
    </Stack>
  )
}

/** The message as a real contact would read it. */
function Preview({ text }: { text: string }) {
  const { t } = useTranslation('builder')
  const { contact, setContact } = useEditing()
  const [settled] = useDebouncedValue(text, 400)
  const shown = useQuery({ ...previewQuery(null, { body_text: settled, ...(contact ? { contact_id: contact.id } : {}) }), enabled: contact !== null, retry: false })
  return (
    <Stack gap="xs">
      <ContactPicker label={t('preview.for')} contact={contact} onChange={setContact} />
      {shown.isError && contact ? <FailureNote error={shown.error} /> : (
        <Text role="figure" aria-label={t('whatsapp.preview')} p="sm" maw={460} size="sm" style={{
          whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', borderRadius: 10, background: 'var(--mantine-color-teal-light)', color: 'var(--mantine-color-text)',
        }}>
          {contact ? (shown.data?.text ?? '…') : text}
        </Text>
      )}
      {contact && shown.data && shown.data.missing.length > 0 && <Text size="xs" c="red">{t('preview.missing', { names: shown.data.missing.join(', ') })}</Text>}
    </Stack>
  )
}
