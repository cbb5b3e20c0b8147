import { Badge, Group, Paper, Table, Text, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Contact } from '@/api/schema'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { called } from './values'

interface Props {
  rows: readonly Contact[]
  onTag: (tag: string) => void
}

export function ContactTable({ rows, onTag }: Props) {
  const { t } = useTranslation('contacts')
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('field.name')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('field.phone')}</Table.Th>
            <Table.Th visibleFrom="md">{t('field.email')}</Table.Th>
            <Table.Th visibleFrom="lg">{t('field.tags')}</Table.Th>
            <Table.Th w={{ base: 90, sm: 130 }}>{t('created')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id} data-testid="contact">
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <AnchorLink to="/contacts/$id" params={{ id: row.id }} fw={600} c="var(--mantine-color-text)" me={6}>{called(row)}</AnchorLink>
                {row.do_not_contact && <Badge size="sm" color="red" variant="light">{t('dnc')}</Badge>}
                {(row.company || row.city) && <Text size="xs" c="dimmed">{[row.company, row.city].filter(Boolean).join(' · ')}</Text>}
                <Text size="xs" c="dimmed" hiddenFrom="sm">{row.phone || row.email}</Text>
              </Table.Td>
              <Table.Td visibleFrom="sm"><Phone of={row} /></Table.Td>
              <Table.Td visibleFrom="md" style={{ overflowWrap: 'anywhere' }}>{row.email || '–'}</Table.Td>
              <Table.Td visibleFrom="lg">
                <Group gap={4}>
                  {row.tags.map((tag) => (
                    <UnstyledButton key={tag} onClick={() => onTag(tag)} aria-label={t('onlyTag', { tag })}>
                      <Badge variant="default" size="sm" style={{ cursor: 'pointer' }}>{tag}</Badge>
                    </UnstyledButton>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td><Moment at={row.created_at} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

/** A phone number, and whether it can be used. */
export function Phone({ of }: { of: Pick<Contact, 'phone' | 'phone_valid'> }) {
  const { t } = useTranslation('contacts')
  if (!of.phone) return '–'
  return (
    <>
      <span style={{ whiteSpace: 'nowrap' }}>{of.phone}</span>
      {!of.phone_valid && <> <Badge size="sm" color="yellow" variant="light">{t('invalid')}</Badge></>}
    </>
  )
}
