import { Button, Group, Pagination, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Import } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { RowsSkeleton } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { errorsQuery, pageSize } from './queries'

/** The rows that were not taken, and why; all of them as a file. */
export function RowErrors({ of }: { of: Import }) {
  const { t } = useTranslation(['imports', 'common'])
  const format = useFormat()
  const [page, setPage] = useState(1)
  const list = useQuery(errorsQuery(of.id, page, of.status === 'running'))
  const total = list.data?.meta.total ?? 0
  const body = () => {
    if (list.isPending) return <RowsSkeleton rows={3} />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    return (
      <Paper withBorder style={{ overflow: 'hidden' }}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr><Table.Th w={80}>{t('row')}</Table.Th><Table.Th w={{ base: 110, sm: 200 }}>{t('column')}</Table.Th><Table.Th>{t('problem')}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.data.map(({ row, column, error }) => (
              <Table.Tr key={`${row} ${column}`} style={{ overflowWrap: 'anywhere' }}><Table.Td>{format.number(row)}</Table.Td><Table.Td>{column || '–'}</Table.Td><Table.Td>{error}</Table.Td></Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
    )
  }
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={2} size="h4">{t('errors')}</Title>
        {of.errors_url && (
          <Button component="a" href={of.errors_url} download="import-errors.csv" size="xs" variant="light" leftSection={<IconDownload size={14} />}>{t('download')}</Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">{t('errorsAbout')}</Text>
      {body()}
      {total > pageSize && (
        <Pagination total={Math.ceil(total / pageSize)} value={page} onChange={setPage} size="sm" style={{ alignSelf: 'flex-end' }}
          getControlProps={(control) => ({ 'aria-label': control === 'next' ? t('common:list.next') : t('common:list.previous') })} />
      )}
    </Stack>
  )
}
