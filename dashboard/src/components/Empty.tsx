import { Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  icon: ReactNode
  title: string
  /** What would be here, and how it comes to be here. */
  text: string
  children?: ReactNode
}

/** An empty list that says what to do next. */
export function Empty({ icon, title, text, children }: Props) {
  return (
    <Paper withBorder p="xl" radius="md">
      <Stack align="center" gap="sm" maw={560} mx="auto" ta="center">
        <ThemeIcon size={48} radius="xl" variant="light">{icon}</ThemeIcon>
        <Title order={2} size="h4">{title}</Title>
        <Text c="dimmed" size="sm">{text}</Text>
        {children}
      </Stack>
    </Paper>
  )
}
