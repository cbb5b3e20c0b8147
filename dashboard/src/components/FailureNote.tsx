import { Alert, Button, Code, CopyButton, Group, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Failure } from '@/api/failure'

interface Props {
  error: unknown
  /** Above the server's words; default: "This did not work". */
  title?: string
  retry?: () => void
}

/** What failed, in the server's words, with the request's id to name when asking for help. */
export function FailureNote({ error, title, retry }: Props) {
  const { t } = useTranslation()
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title ?? t('failure.title')} role="alert">
      <FailureText error={error} />
      {retry && (
        <Button mt="sm" size="xs" variant="light" color="red" leftSection={<IconRefresh size={14} />} onClick={retry}>
          {t('failure.retry')}
        </Button>
      )}
    </Alert>
  )
}

/** The words and the request's id alone, as toasts show them. */
export function FailureText({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const failure = error instanceof Failure ? error : undefined
  const message = failure?.status === 0 ? t('failure.offline') : error instanceof Error ? error.message : String(error)
  return (
    <>
      <Text size="sm">{message}</Text>
      {failure && failure.details.length > 1 && (
        <ul style={{ margin: '4px 0', paddingInlineStart: 18 }}>
          {failure.details.map((d) => (
            <li key={d.field + d.message}>
              <Text size="xs" span><Code>{d.field}</Code> {d.message}</Text>
            </li>
          ))}
        </ul>
      )}
      {failure?.requestId && (
        <Group gap={4} mt={4}>
          <CopyButton value={failure.requestId}>
            {({ copied, copy }) => (
              <UnstyledButton onClick={copy} aria-label={t('failure.copy')}>
                <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {copied ? t('failure.copied') : t('failure.request', { id: failure.requestId })}
                </Text>
              </UnstyledButton>
            )}
          </CopyButton>
        </Group>
      )}
    </>
  )
}
