import { Box, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  title: string
  /** One sentence under the title. */
  about?: ReactNode
  /** Buttons at the right of the title. */
  actions?: ReactNode
  children: ReactNode
}

/** The frame of every page: title, what it is about, actions, content. */
export function Page({ title, about, actions, children }: Props) {
  const { t } = useTranslation()
  useDocumentTitle(`${title} · ${t('app')}`)
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box style={{ flex: '1 1 260px', minWidth: 0 }}>
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>{title}</Title>
          {about && <Text c="dimmed" size="sm" component="div">{about}</Text>}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

/** Stands where a page will be while its code and data come. */
export function PageSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" data-testid="skeleton">
      <Skeleton h={34} w="min(280px, 60%)" />
      <Skeleton h={36} w="min(420px, 100%)" />
      <RowsSkeleton />
    </Stack>
  )
}

export function RowsSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="xs" aria-busy="true">
      {Array.from({ length: rows }, (_, i) => <Skeleton key={i} h={48} />)}
    </Stack>
  )
}
