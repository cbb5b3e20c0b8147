import { Alert, Badge, Box, Code, Group, Loader, Paper, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Contact } from '@/api/schema'
import { ContactPicker } from '@/components/ContactPicker'
import { FailureNote } from '@/components/FailureNote'
import { MailPreview } from '@/components/MailPreview'
import type { LivePreview } from './preview'

const views = ['desktop', 'phone', 'text'] as const
type View = (typeof views)[number]

interface Props {
  live: LivePreview
  contact: Contact | null
  onContact: (contact: Contact | null) => void
}

/** The draft as a contact would get it, and what is odd in it. */
export function PreviewPanel({ live: { shown, failure, busy, retry }, contact, onContact }: Props) {
  const { t } = useTranslation('templates')
  const [view, setView] = useState<View>('desktop')
  return (
    <Paper withBorder p="sm" component="section" aria-label={t('preview')}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <SegmentedControl size="xs" value={view} onChange={(value) => setView(views.find((one) => one === value) ?? 'desktop')} aria-label={t('preview')}
            data={views.map((value) => ({ value, label: t(`view.${value}`) }))} />
          <ContactPicker size="xs" w={{ base: '100%', xs: 240 }} aria-label={t('for')} placeholder={t('sample')} contact={contact} onChange={onContact} />
        </Group>
        {failure && failure.details.length === 0 && <FailureNote error={failure} retry={retry} />}
        {failure && failure.details.length > 0 && <Alert color="red" icon={<IconAlertTriangle />} p="xs">{failure.details.map((d) => <Text size="sm" key={d.field + d.message}>{d.message}</Text>)}</Alert>}
        {shown && (
          <>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Text size="sm" style={{ overflowWrap: 'anywhere', flexGrow: 1 }}><Text span c="dimmed" inherit>{t('subject')}: </Text><b>{shown.subject || '–'}</b></Text>
              {busy && <Loader size="xs" aria-label={t('busy')} />}
            </Group>
            {view === 'text' || !shown.html ? (
              <Box>
                {view !== 'text' && <Text size="xs" c="dimmed" mb={4}>{t('noHtml')}</Text>}
                <Text component="pre" size="sm" ff="monospace" p="sm" m={0} tabIndex={0} aria-label={t('view.text')} role="region"
                  style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', minHeight: 120, border: '1px solid var(--mantine-color-default-border)', borderRadius: 8 }}>
                  {shown.text || t('noText')}
                </Text>
              </Box>
            ) : <MailPreview html={shown.html} title={t('previewOf', { subject: shown.subject })} width={view === 'phone' ? 375 : undefined} />}
            <Findings preview={shown} />
          </>
        )}
      </Stack>
    </Paper>
  )
}

function Findings({ preview }: { preview: NonNullable<LivePreview['shown']> }) {
  const { t } = useTranslation('templates')
  return (
    <Stack gap="xs">
      {preview.variables.length > 0 && (
        <Group gap={6}>
          <Text size="xs" c="dimmed">{t('variables')}:</Text>
          {preview.variables.map((name) => <Badge key={name} size="sm" variant="default" ff="monospace">{name}</Badge>)}
        </Group>
      )}
      {preview.missing.length > 0 && (
        <Alert color="orange" icon={<IconAlertTriangle />} p="xs" title={t('missing')}>
          <Text size="sm">{t('missingText')} {preview.missing.map((name) => <Code key={name} mr={4}>{name}</Code>)}</Text>
        </Alert>
      )}
      {preview.warnings.length > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle />} p="xs" title={t('warnings')}>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {preview.warnings.map((one) => <li key={one.field + one.message}><Text size="sm"><b>{t(one.field)}:</b> {one.message}</Text></li>)}
          </ul>
        </Alert>
      )}
    </Stack>
  )
}
