import { Code, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Difference } from '@/api/schema'

const said = (value: unknown) => (value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value))

interface Props {
  differences: Difference[]
  /** What the two sides are. */
  before: string
  after: string
}

/** What differs between two states of a flow, side by side. */
export function Differences({ differences, before, after }: Props) {
  const { t } = useTranslation()
  if (differences.length === 0) return <Text size="sm" c="dimmed">{t('differences.none')}</Text>
  return (
    <Table.ScrollContainer minWidth={420} maxHeight={360}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr><Table.Th>{t('differences.field')}</Table.Th><Table.Th>{before}</Table.Th><Table.Th>{after}</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differences.map((one) => (
            <Table.Tr key={one.field} style={{ verticalAlign: 'top', overflowWrap: 'anywhere' }}>
              <Table.Td><Code>{one.field}</Code></Table.Td>
              <Table.Td>{said(one.before)}</Table.Td>
              <Table.Td>{said(one.after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
