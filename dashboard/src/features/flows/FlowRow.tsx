import { ActionIcon, Box, Group, Menu, Switch, Table, Text, Tooltip } from '@mantine/core'
import { IconCopy, IconDots, IconEdit, IconEye, IconGripVertical, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ListedFlow } from '@/api/flows'
import { useCan } from '@/api/me'
import { AnchorLink, MenuItemLink } from '@/components/links'
import { useSorted } from '@/components/sorting'
import { PriorityBadge } from '@/domain/priority'
import { StepIcons } from '@/domain/steps'
import { useDuplicate, useToggle } from './changes'
import { confirmDelete } from './DeleteFlow'
import { TrendLine } from './TrendLine'
import type { Trend } from './trends'

export function FlowRow({ flow, trend, draggable }: { flow: ListedFlow; trend: Trend | undefined; draggable: boolean }) {
  const { t } = useTranslation('flows')
  const can = useCan()
  const toggle = useToggle()
  const { item, handle } = useSorted(flow.id)
  return (
    <Table.Tr ref={item} data-testid="flow" style={{ position: 'relative' }}>
      {can('write') && (
        <Table.Td pe={0}>
          <Tooltip label={t('moveNot')} disabled={draggable}>
            <ActionIcon {...handle} variant="subtle" color="gray" disabled={!draggable}
              aria-label={t('move', { name: flow.name })} style={{ cursor: draggable ? 'grab' : undefined, touchAction: 'none' }}>
              <IconGripVertical size={18} />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      )}
      <Table.Td visibleFrom="sm"><PriorityBadge priority={flow.priority} /></Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <AnchorLink to="/auto-engagement/$id/edit" params={{ id: flow.id }} fw={600} c="var(--mantine-color-text)">{flow.name}</AnchorLink>
        {flow.description && <Text size="sm" c="dimmed" lineClamp={2}>{flow.description}</Text>}
        <Group gap="xs" mt={6} hiddenFrom="md">
          <Box hiddenFrom="sm"><PriorityBadge priority={flow.priority} /></Box>
          {flow.steps && <StepIcons types={flow.steps} most={4} />}
        </Group>
        {trend && trend.total > 0 && <Box hiddenFrom="lg" mt={6}><TrendLine trend={trend} /></Box>}
      </Table.Td>
      <Table.Td visibleFrom="md">
        {flow.steps && <StepIcons types={flow.steps} />}
        {flow.conditions !== undefined && (
          <Text size="xs" c="dimmed" mt={4}>{flow.conditions === 0 ? t('everyLead') : t('conditions', { count: flow.conditions })}</Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="lg">{trend && <TrendLine trend={trend} />}</Table.Td>
      <Table.Td>
        <Switch checked={flow.is_enabled} disabled={!can('write')} aria-label={t('enable', { name: flow.name })} withThumbIndicator={false}
          onChange={(event) => toggle.mutate({ id: flow.id, enabled: event.currentTarget.checked })} />
      </Table.Td>
      <Table.Td ps={0}><Actions flow={flow} /></Table.Td>
    </Table.Tr>
  )
}

function Actions({ flow }: { flow: ListedFlow }) {
  const { t } = useTranslation('flows')
  const can = useCan()
  const duplicate = useDuplicate()
  return (
    <Menu position="bottom-end" shadow="md" width={190}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('actionsOf', { name: flow.name })} loading={duplicate.isPending}><IconDots size={18} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <MenuItemLink to="/auto-engagement/$id/edit" params={{ id: flow.id }} leftSection={can('write') ? <IconEdit size={16} /> : <IconEye size={16} />}>
          {can('write') ? t('edit') : t('view')}
        </MenuItemLink>
        <MenuItemLink to="/auto-engagement/executions" search={{ flow_id: flow.id }} leftSection={<IconPlayerPlay size={16} />}>{t('executions')}</MenuItemLink>
        {can('write') && (
          <>
            <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => duplicate.mutate(flow.id)}>{t('duplicate')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => confirmDelete(flow)}>{t('delete')}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
