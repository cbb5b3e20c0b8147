import { Button, Group, Modal, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ContactPicker } from '@/components/ContactPicker'
import { FailureNote } from '@/components/FailureNote'
import { MailPreview } from '@/components/MailPreview'
import { useEditing, useField } from './context'
import { Picker } from './Picker'
import { emailTemplatesQuery, previewQuery } from './queries'
import type { StepFormProps } from './StepForm'

/** The template, and what is said in place of its sender's name and subject. */
export function EmailForm({ step: { key, config }, configure }: StepFormProps) {
  const { t } = useTranslation('builder')
  const field = useField()
  const { readOnly } = useEditing()
  const templates = useQuery(emailTemplatesQuery)
  const [preview, { open, close }] = useDisclosure()
  const chosen = templates.data?.find(({ id }) => id === config.email_template_id)
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="xs">
        <Picker label={t('email.template')} withAsterisk query={templates} elsewhere="/email-templates" value={config.email_template_id ?? ''} style={{ flex: '1 1 260px' }} maw={520}
          choices={(templates.data ?? []).map((one) => ({ value: one.id, label: one.name, note: one.is_active ? one.subject : t('email.inactive') }))}
          onChange={(email_template_id) => configure({ email_template_id })} {...field(`steps.${key}.email_template_id`)} />
        {chosen && !readOnly && <Button variant="default" leftSection={<IconEye size={16} />} onClick={open}>{t('email.preview')}</Button>}
      </Group>
      {chosen && !chosen.is_active && <Text size="sm" c="red">{t('email.inactiveText')}</Text>}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <TextInput label={t('email.fromName')} description={t('email.fromNameText')} value={config.from_name ?? ''} maxLength={255}
          onChange={(event) => configure({ from_name: event.currentTarget.value })} {...field(`steps.${key}.from_name`)} />
        <TextInput label={t('email.subject')} description={t('email.subjectText')} placeholder={chosen?.subject} value={config.subject_override ?? ''} maxLength={255}
          onChange={(event) => configure({ subject_override: event.currentTarget.value })} {...field(`steps.${key}.subject_override`)} />
      </SimpleGrid>
      <Modal opened={preview} onClose={close} title={t('email.previewTitle')} size="xl" closeButtonProps={{ 'aria-label': t('close') }}>
        {chosen && <Preview template={chosen.id} subject={config.subject_override ?? ''} onClose={close} />}
      </Modal>
    </Stack>
  )
}

function Preview({ template, subject, onClose }: { template: string; subject: string; onClose: () => void }) {
  const { t } = useTranslation('builder')
  const { contact, setContact } = useEditing()
  const [as, setAs] = useState('desktop')
  const [settled] = useDebouncedValue(subject, 300)
  const shown = useQuery(previewQuery(template, { ...(contact ? { contact_id: contact.id } : {}), ...(settled ? { subject: settled } : {}) }))
  return (
    <Stack>
      <ContactPicker label={t('preview.for')} contact={contact} onChange={setContact} />
      <SegmentedControl value={as} onChange={setAs} data={(['desktop', 'phone', 'text'] as const).map((value) => ({ value, label: t(`preview.${value}`) }))} />
      {shown.isPending && <Skeleton h={240} />}
      {shown.isError && <FailureNote error={shown.error} retry={() => void shown.refetch()} />}
      {shown.data && (
        <>
          <Text><Text span c="dimmed" size="sm">{t('preview.subject')} </Text>{shown.data.subject}</Text>
          {shown.data.missing.length > 0 && <Text size="sm" c="red">{t('preview.missing', { names: shown.data.missing.join(', ') })}</Text>}
          {as === 'text'
            ? <Text size="sm" component="pre" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', fontFamily: 'inherit' }}>{shown.data.text}</Text>
            : <MailPreview html={shown.data.html} title={t('email.previewTitle')} width={as === 'phone' ? 375 : undefined} />}
        </>
      )}
      <Group justify="flex-end"><Button variant="default" onClick={onClose}>{t('close')}</Button></Group>
    </Stack>
  )
}
