import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconColumns3 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

/** What can be shown of an execution beside its contact. */
export const columns = ['status', 'flow', 'version', 'step', 'triggered', 'completed', 'took', 'error'] as const
export type Column = (typeof columns)[number]

const usual: readonly Column[] = ['status', 'flow', 'step', 'triggered', 'completed']

/** The columns that this person chose, kept in the browser. */
export function useColumns() {
  return useLocalStorage<readonly Column[]>({
    key: 'aef.executions.columns',
    defaultValue: usual,
    getInitialValueInEffect: false,
    // What an earlier release knew and this one does not is left out.
    deserialize: (text) => {
      try {
        const chosen: unknown = JSON.parse(text ?? '')
        return Array.isArray(chosen) ? columns.filter((column) => chosen.includes(column)) : usual
      } catch {
        return usual
      }
    },
  })
}

interface Props {
  columns: readonly Column[]
  onChange: (columns: readonly Column[]) => void
}

export function ColumnsMenu({ columns: chosen, onChange }: Props) {
  const { t } = useTranslation(['executions', 'common'])
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />} visibleFrom="sm">{t('common:list.columns')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {columns.map((column) => (
            <Checkbox key={column} label={t(`column.${column}`)} checked={chosen.includes(column)}
              onChange={(event) => onChange(columns.filter((one) => (one === column ? event.currentTarget.checked : chosen.includes(one))))} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
