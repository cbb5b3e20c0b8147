import { Box, Button, Group, Paper, ScrollArea, Skeleton, Table, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconChartBar, IconTable } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FailureNote } from '@/components/FailureNote'

interface Props {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Section({ title, note, actions, children }: Props) {
  return (
    <Paper withBorder p="md" component="section" style={{ minWidth: 0 }}>
      <Group justify="space-between" align="flex-start" mb="sm" gap="xs">
        <Box style={{ flex: '1 1 160px' }}>
          <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>{title}</Title>
          {note && <Text size="xs" c="dimmed">{note}</Text>}
        </Box>
        {actions}
      </Group>
      {children}
    </Paper>
  )
}

/** What a query brought; a skeleton before, and the failure with a retry. */
export function Loaded<D>({ query, height = 200, children }: { query: UseQueryResult<D>; height?: number; children: (data: D) => ReactNode }) {
  if (query.isPending) return <Skeleton h={height} aria-busy="true" />
  if (query.data === undefined) return <FailureNote error={query.error} retry={() => void query.refetch()} />
  return (
    <Box style={{ opacity: query.isPlaceholderData ? 0.5 : 1, transition: 'opacity 150ms' }} aria-busy={query.isPlaceholderData}>
      {query.isError && <FailureNote error={query.error} retry={() => void query.refetch()} />}
      {children(query.data)}
    </Box>
  )
}

interface Figures {
  head: string[]
  rows: (string | number)[][]
}

interface ChartProps {
  title: string
  note?: ReactNode
  /** What the chart shows, in a sentence; read in place of the drawing. */
  summary: string
  figures: Figures
  children: ReactNode
}

/** A chart that can be read as a table, too. */
export function ChartSection({ title, note, summary, figures, children }: ChartProps) {
  const { t } = useTranslation('analytics')
  const [table, setTable] = useState(false)
  return (
    <Section title={title} note={note} actions={
      <Button variant="subtle" size="compact-xs" leftSection={table ? <IconChartBar size={14} /> : <IconTable size={14} />} onClick={() => setTable(!table)}>
        {table ? t('asChart') : t('asTable')}<VisuallyHidden>: {title}</VisuallyHidden>
      </Button>
    }>
      {table ? <FigureTable title={title} figures={figures} /> : (
        <>
          <VisuallyHidden>{summary}</VisuallyHidden>
          <Box aria-hidden><Suspense fallback={<Skeleton h={240} />}>{children}</Suspense></Box>
        </>
      )}
    </Section>
  )
}

function FigureTable({ title, figures }: { title: string; figures: Figures }) {
  return (
    <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': title }}>
      <Table striped stickyHeader>
        <Table.Thead><Table.Tr>{figures.head.map((name, i) => <Table.Th key={name} ta={i ? 'right' : undefined}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {figures.rows.map((row) => (
            <Table.Tr key={row[0]}>{row.map((value, i) => <Table.Td key={i} ta={i ? 'right' : undefined}>{value}</Table.Td>)}</Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  )
}
