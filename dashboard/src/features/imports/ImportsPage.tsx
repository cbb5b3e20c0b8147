import { Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Import } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, RowsSkeleton } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { ChooseFile } from './ChooseFile'
import { ImportBadge } from './ImportBadge'
import { importsQuery } from './queries'
import { useNewImport } from './useNewImport'

/** Begins an import, and lists those before. */
export function ImportsPage() {
  const { t } = useTranslation('imports')
  const can = useCan()
  const list = useQuery(importsQuery)
  const body = () => {
    if (list.isPending) return <RowsSkeleton rows={3} />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (list.data.data.length === 0) return <Text c="dimmed" size="sm">{t('none')}</Text>
    return <ImportTable rows={list.data.data} />
  }
  return (
    <>
      <AnchorLink to="/contacts" size="sm">{t('back')}</AnchorLink>
      <Page title={t('title')} about={t('about')}>
        {can('write') && <NewImport />}
        <Title order={2} size="h4">{t('earlier')}</Title>
        {body()}
      </Page>
    </>
  )
}

function NewImport() {
  const { t } = useTranslation('imports')
  const navigate = useNavigate()
  const [leadSource, setLeadSource] = useState('')
  const create = useNewImport((id) => void navigate({ to: '/contacts/imports/$id', params: { id } }))
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <TextInput label={t('leadSource')} description={t('leadSourceAbout')} placeholder="Website" value={leadSource} maxLength={255} maw={420}
          onChange={(event) => setLeadSource(event.currentTarget.value)} />
        <ChooseFile loading={create.isPending} onChoose={(file) => create.mutate({ file, leadSource })} />
        {create.isError && <FailureNote error={create.error} />}
      </Stack>
    </Paper>
  )
}

function ImportTable({ rows }: { rows: readonly Import[] }) {
  const { t } = useTranslation('imports')
  const format = useFormat()
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('file')}</Table.Th>
            <Table.Th visibleFrom="sm" w={150}>{t('statusTitle')}</Table.Th>
            <Table.Th ta="right">{t('accepted')}</Table.Th>
            <Table.Th ta="right" pr={{ base: undefined, sm: 'xl' }}>{t('rejected')}</Table.Th>
            <Table.Th visibleFrom="xs" w={130}>{t('created')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id} data-testid="import">
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <AnchorLink to="/contacts/imports/$id" params={{ id: row.id }} fw={600} c="var(--mantine-color-text)">{row.file_name}</AnchorLink>
                <Text component="div" hiddenFrom="sm"><ImportBadge status={row.status} /></Text>
              </Table.Td>
              <Table.Td visibleFrom="sm"><ImportBadge status={row.status} /></Table.Td>
              <Table.Td ta="right">{format.number(row.progress.accepted)}</Table.Td>
              <Table.Td ta="right" pr={{ base: undefined, sm: 'xl' }} c={row.progress.rejected ? 'red' : undefined}>{format.number(row.progress.rejected)}</Table.Td>
              <Table.Td visibleFrom="xs"><Moment at={row.created_at} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
