import { Box, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { useEditing } from './context'

interface Props {
  title: string
  about?: string
  actions?: ReactNode
  /** Whether those who may only read see it locked as a whole; default true. */
  lock?: boolean
  children: ReactNode
}

/** A part of the builder under its heading. */
export function Section({ title, about, actions, lock = true, children }: Props) {
  const id = useId()
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'lg' }} radius="md" component="section" aria-labelledby={id}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box style={{ flex: '1 1 240px' }}>
            <Title order={2} size="h4" id={id}>{title}</Title>
            {about && <Text size="sm" c="dimmed">{about}</Text>}
          </Box>
          {actions}
        </Group>
        {lock ? <Lock>{children}</Lock> : children}
      </Stack>
    </Paper>
  )
}

/** Fields that those who may only read cannot change. */
export function Lock({ children }: { children: ReactNode }) {
  const { readOnly } = useEditing()
  return (
    <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Stack gap="md">{children}</Stack>
    </fieldset>
  )
}
