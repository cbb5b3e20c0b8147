import { Anchor, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCheck, IconX } from '@tabler/icons-react'
import i18n from '@/i18n'
import { FailureText } from './FailureNote'

/** Tells of a change that did not succeed. The same failure is told once. */
export function toastFailure(error: unknown) {
  const id = 'failure:' + (error instanceof Error ? error.message : String(error))
  notifications.show({
    id, color: 'red', icon: <IconX size={18} />, autoClose: 10_000,
    title: i18n.t('failure.title'), message: <FailureText error={error} />,
    closeButtonProps: { 'aria-label': i18n.t('action.close') },
  })
}

/** Tells of a change that was made, with a way back where there is one. */
export function toastDone(message: string, undo?: () => void) {
  const id = 'done:' + message
  notifications.hide(id)
  notifications.show({
    id, color: 'teal', icon: <IconCheck size={18} />, autoClose: undo ? 8000 : 4000,
    closeButtonProps: { 'aria-label': i18n.t('action.close') },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        {undo && (
          <Anchor component="button" type="button" size="sm" fw={600}
            onClick={() => {
              notifications.hide(id)
              undo()
            }}>
            {i18n.t('action.undo')}
          </Anchor>
        )}
      </Group>
    ),
  })
}
