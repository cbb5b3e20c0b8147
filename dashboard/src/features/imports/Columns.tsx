import { Button, Group, Paper, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useCan } from '@/api/me'
import type { Import } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { useFormat } from '@/i18n/format'
import { fields, type Mapping, nameFor, targetOf, type Target, valueOf, wrongWith } from './mapping'
import { importQuery } from './queries'

const samples = 3

/** What each column holds: guessed by the server, corrected here, then started. */
export function Columns({ of }: { of: Import }) {
  const { t } = useTranslation('imports')
  const can = useCan()
  const format = useFormat()
  const queries = useQueryClient()
  // Corrections survive a reload.
  const [mapping, setMapping] = useSessionStorage<Mapping>({ key: `aef.mapping.${of.id}`, defaultValue: of.mapping ?? {}, getInitialValueInEffect: false })
  const start = useMutation({
    meta: { quiet: true },
    mutationFn: () => answer(api.POST('/api/contacts/imports/{id}/start', { params: { path: { id: of.id } }, body: { mapping } })),
    onSuccess: (now) => {
      sessionStorage.removeItem(`aef.mapping.${of.id}`)
      queries.setQueryData(importQuery(of.id).queryKey, now)
      return queries.invalidateQueries({ queryKey: ['imports'] })
    },
  })
  const { unreachable, nameless } = wrongWith(of.columns, mapping)
  const total = of.progress.total ?? 0
  return (
    <Stack>
      <div>
        <Title order={2} size="h4">{t('columns')}</Title>
        <Text size="sm" c="dimmed">{t('columnsAbout', { count: total, shown: format.number(total) })}</Text>
      </div>
      <Paper withBorder style={{ overflowX: 'auto' }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column')}</Table.Th>
              <Table.Th visibleFrom="sm">{t('firstRows')}</Table.Th>
              <Table.Th>{t('becomes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.columns.map((column, i) => {
              const seen = of.preview.slice(0, samples).map((row) => row[i] ?? '').filter(Boolean)
              return (
                <Table.Tr key={column} data-testid="column">
                  <Table.Td fw={600} style={{ overflowWrap: 'anywhere' }}>
                    {column}
                    <Text size="xs" c="dimmed" hiddenFrom="sm" lineClamp={1}>{seen[0]}</Text>
                  </Table.Td>
                  <Table.Td visibleFrom="sm" maw={360}>{seen.map((value, n) => <Text key={n} size="xs" c="dimmed" lineClamp={1}>{value}</Text>)}</Table.Td>
                  <Table.Td w={{ base: 190, sm: 300 }}>
                    <Becomes column={column} value={mapping[column]} wrong={nameless.includes(column)} readOnly={!can('write')}
                      onChange={(target) => setMapping({ ...mapping, [column]: valueOf(target) })} />
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Paper>
      {unreachable && <Text size="sm" c="red" role="alert">{t('unreachable')}</Text>}
      {start.isError && <FailureNote error={start.error} />}
      {can('write') && (
        <Group justify="flex-end">
          <Button leftSection={<IconPlayerPlay size={16} />} disabled={unreachable || nameless.length > 0} loading={start.isPending} onClick={() => start.mutate()}>
            {t('start', { count: total, shown: format.number(total) })}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

interface BecomesProps {
  column: string
  value: string | undefined
  wrong: boolean
  readOnly: boolean
  onChange: (target: Target) => void
}

function Becomes({ column, value, wrong, readOnly, onChange }: BecomesProps) {
  const { t } = useTranslation('imports')
  const target = targetOf(value)
  const choose = (to: string | null) => {
    if (to === 'custom') onChange({ to, name: nameFor(column) })
    else onChange(targetOf(to ?? ''))
  }
  return (
    <Stack gap={6}>
      <Select aria-label={t('columnBecomes', { column })} allowDeselect={false} searchable readOnly={readOnly} value={target.to} onChange={choose} maxDropdownHeight={320}
        data={[{ value: '', label: t('leftOut') }, ...fields.map((field) => ({ value: field, label: t(`field.${field}`) })), { value: 'custom', label: t('ownField') }]} />
      {target.to === 'custom' && (
        <TextInput aria-label={t('ownFieldName', { column })} placeholder={t('ownFieldHint')} value={target.name} readOnly={readOnly} maxLength={200}
          error={wrong ? t('ownFieldMissing') : undefined} onChange={(event) => onChange({ to: 'custom', name: event.currentTarget.value })} />
      )}
    </Stack>
  )
}
