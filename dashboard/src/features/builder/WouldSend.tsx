import { Box, Code, Modal, SimpleGrid, Table, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { MailPreview } from '@/components/MailPreview'
import { bodyOf } from './model/whatsapp'
import { whatsappTemplatesQuery } from './queries'

type Sent = Record<string, unknown>
const text = (value: unknown) => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))
const record = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})

/** What a step would send, as its reader gets it. */
export function WouldSend({ type, sent }: { type: string; sent: Sent }) {
  switch (type) {
    case 'ai_call':
      return <Call sent={sent} />
    case 'whatsapp_message':
      return <WhatsApp sent={sent} />
    default:
      return <Mail sent={sent} />
  }
}

function To({ to }: { to: unknown }) {
  const { t } = useTranslation('builder')
  return <Text size="xs" c="dimmed">{t('result.to', { to: text(to) })}</Text>
}

function Call({ sent }: { sent: Sent }) {
  const { t } = useTranslation('builder')
  const variables = Object.entries(record(sent.variables)).filter(([, value]) => value !== '' && text(value) !== '{}')
  return (
    <Box mt={4}>
      <To to={sent.to_phone} />
      <details>
        <Text component="summary" size="xs" style={{ cursor: 'pointer' }}>{t('result.variables', { count: variables.length })}</Text>
        <Table verticalSpacing={2} fz="xs">
          <Table.Tbody>
            {variables.map(([name, value]) => <Table.Tr key={name}><Table.Td><Code>{name}</Code></Table.Td><Table.Td style={{ overflowWrap: 'anywhere' }}>{text(value)}</Table.Td></Table.Tr>)}
          </Table.Tbody>
        </Table>
      </details>
    </Box>
  )
}

function WhatsApp({ sent }: { sent: Sent }) {
  const templates = useQuery(whatsappTemplatesQuery).data ?? []
  const template = templates.find((one) => (one.name === sent.template_id || one.id === sent.template_id) && (!sent.language || one.language === sent.language))
  const parameters = record(sent.parameters)
  const body = template ? bodyOf(template).replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => text(parameters[name]) || whole) : ''
  return (
    <Box mt={4}>
      <To to={sent.to_phone} />
      {body ? <Text size="sm" p="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', borderRadius: 8, background: 'var(--mantine-color-teal-light)', color: 'var(--mantine-color-text)' }}>{body}</Text>
        : <Text size="sm">{text(sent.template_id)} {Object.entries(parameters).map(([name, value]) => <Code key={name} me={4}>{`${name}: ${text(value)}`}</Code>)}</Text>}
    </Box>
  )
}

function Mail({ sent }: { sent: Sent }) {
  const { t } = useTranslation('builder')
  const [opened, { open, close }] = useDisclosure()
  return (
    <Box mt={4}>
      <To to={sent.to_email} />
      <UnstyledButton onClick={open} style={{ textDecoration: 'underline' }}><Text size="sm">{text(sent.subject) || t('email.preview')}</Text></UnstyledButton>
      <Modal opened={opened} onClose={close} size="xl" title={text(sent.subject)} closeButtonProps={{ 'aria-label': t('close') }}>
        <SimpleGrid cols={1}>
          <MailPreview html={text(sent.html)} title={t('email.previewTitle')} />
          <Text component="pre" size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', fontFamily: 'inherit' }}>{text(sent.text)}</Text>
        </SimpleGrid>
      </Modal>
    </Box>
  )
}
