import { ActionIcon, Autocomplete, Button, Collapse, Group, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/api/me'
import type { Contact } from '@/api/schema'
import { ContactPicker } from '@/components/ContactPicker'
import type { TestLead } from './model/trial'
import { suggestionsQuery } from './queries'

interface Props {
  lead: TestLead
  onChange: (change: Partial<TestLead>) => void
  contact: Contact | null
  onContact: (contact: Contact | null) => void
  /** Local time in the tenant's zone, YYYY-MM-DDTHH:MM; '' is now. */
  at: string
  onAt: (at: string) => void
}

const more = ['name', 'phone', 'email', 'company', 'city', 'country', 'notes'] as const

/** The lead of a test: a known contact, one described, or a known one with news. */
export function TestLeadForm({ lead, onChange, contact, onContact, at, onAt }: Props) {
  const { t } = useTranslation('builder')
  const zone = useMe().time_zone
  const [opened, { toggle }] = useDisclosure()
  const sources = useQuery(suggestionsQuery('lead_source')).data ?? []
  const types = useQuery(suggestionsQuery('entry_type')).data ?? []
  const own = useQuery(suggestionsQuery('custom_field')).data ?? []
  const setField = (index: number, change: { name?: string; value?: string }) =>
    onChange({ customFields: lead.customFields.map((field, i) => (i === index ? { ...field, ...change } : field)) })
  return (
    <Stack gap="sm">
      <ContactPicker label={t('test.contact')} description={t('test.contactText')} contact={contact} onChange={onContact} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Autocomplete label={t('conditionType.lead_source')} data={sources.map(({ value }) => value)} value={lead.leadSource} onChange={(leadSource) => onChange({ leadSource })} />
        <Autocomplete label={t('conditionType.entry_type')} data={types.map(({ value }) => value)} value={lead.entryType} onChange={(entryType) => onChange({ entryType })} />
      </SimpleGrid>
      <TextInput type="datetime-local" label={t('test.at')} description={t('test.atText', { zone })} value={at} onChange={(event) => onAt(event.currentTarget.value)} maw={280} />
      <Button variant="subtle" size="compact-sm" w="fit-content" onClick={toggle} aria-expanded={opened}
        rightSection={<IconChevronDown size={14} style={{ transform: opened ? 'rotate(180deg)' : undefined }} />}>
        {contact ? t('test.moreNews') : t('test.more')}
      </Button>
      <Collapse expanded={opened}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {more.map((name) => <TextInput key={name} label={t(`leadField.${name}`)} value={lead[name]} onChange={(event) => onChange({ [name]: event.currentTarget.value })} />)}
            <TagsInput label={t('leadField.tags')} value={lead.tags} onChange={(tags) => onChange({ tags })} acceptValueOnBlur />
          </SimpleGrid>
          <Text size="sm" fw={500}>{t('leadField.custom')}</Text>
          {lead.customFields.map((field, index) => (
            <Group key={index} gap="xs" wrap="nowrap">
              <Autocomplete aria-label={t('leadField.customName')} placeholder={t('leadField.customName')} data={own.map(({ value }) => value)} value={field.name} onChange={(name) => setField(index, { name })} style={{ flex: 1 }} />
              <TextInput aria-label={t('leadField.customValue')} placeholder={t('leadField.customValue')} value={field.value} onChange={(event) => setField(index, { value: event.currentTarget.value })} style={{ flex: 1 }} />
              <ActionIcon variant="subtle" color="gray" aria-label={t('leadField.customRemove')} onClick={() => onChange({ customFields: lead.customFields.toSpliced(index, 1) })}><IconTrash size={16} /></ActionIcon>
            </Group>
          ))}
          <Button variant="subtle" size="compact-sm" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => onChange({ customFields: [...lead.customFields, { name: '', value: '' }] })}>{t('leadField.customAdd')}</Button>
        </Stack>
      </Collapse>
    </Stack>
  )
}
