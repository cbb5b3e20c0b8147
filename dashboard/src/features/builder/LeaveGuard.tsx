import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useEditing } from './context'

/** Asks before unsaved changes are left. Closing or reloading needs no question: they are kept in the browser. */
export function LeaveGuard() {
  const { t } = useTranslation('builder')
  const { dirty, readOnly, discard } = useEditing()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && !readOnly && current.pathname !== next.pathname,
    enableBeforeUnload: false,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Modal opened onClose={reset} title={t('leave.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Text size="sm">{t('leave.text')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={reset} data-autofocus>{t('leave.stay')}</Button>
          <Button variant="default" onClick={proceed}>{t('leave.keep')}</Button>
          <Button color="red" onClick={() => { discard(); proceed() }}>{t('leave.discard')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
