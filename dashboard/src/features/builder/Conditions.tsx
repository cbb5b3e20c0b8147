import { ActionIcon, Alert, Box, Button, Card, Divider, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { ConditionRow } from './ConditionRow'
import { useEditing } from './context'
import { type DraftCondition, type DraftGroup, newCondition, newKey } from './model/draft'
import { Section } from './Section'

/** Which leads the flow takes: all conditions of a group must hold, and one of the groups. */
export function Conditions() {
  const { t } = useTranslation('builder')
  const { draft, update, readOnly, issue } = useEditing()
  const setGroups = (change: (groups: DraftGroup[]) => DraftGroup[]) => update((now) => ({ groups: change(now.groups) }))
  const inGroup = (key: string, change: (conditions: DraftCondition[]) => DraftCondition[]) =>
    setGroups((groups) => groups
      .map((group) => (group.key === key ? { ...group, conditions: change(group.conditions) } : group))
      .filter((group) => group.conditions.length > 0))
  const addGroup = () => setGroups((groups) => [...groups, { key: newKey(), conditions: [newCondition()] }])
  const tooMany = issue('trigger_conditions')
  return (
    <Section title={t('conditions.title')} about={t('conditions.about')}>
      {tooMany && <Alert color="red">{tooMany}</Alert>}
      {draft.groups.length === 0 && <Text>{t('conditions.every')}</Text>}
      {draft.groups.map((group, at) => (
        <Fragment key={group.key}>
          {at > 0 && <Divider label={t('conditions.or')} labelPosition="center" />}
          <Card withBorder padding="sm" role="group" aria-label={t('conditions.group', { number: at + 1 })}>
            <Stack gap="sm">
              {group.conditions.map((condition, place) => (
                <Group key={condition.key} align="flex-start" wrap="nowrap" gap="xs">
                  <Text w={44} size="sm" fw={600} c="dimmed" pt={7} visibleFrom="sm">{place === 0 ? t('conditions.if') : t('conditions.and')}</Text>
                  <Box style={{ flex: 1, minWidth: 0 }}>
                    <ConditionRow condition={condition}
                      onChange={(change) => inGroup(group.key, (all) => all.map((one) => (one.key === condition.key ? { ...one, ...change } : one)))} />
                  </Box>
                  {!readOnly && (
                    <Tooltip label={t('conditions.remove')}>
                      <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('conditions.remove')}
                        onClick={() => inGroup(group.key, (all) => all.filter((one) => one.key !== condition.key))}>
                        <IconTrash size={17} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                </Group>
              ))}
              {!readOnly && (
                <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} w="fit-content"
                  onClick={() => inGroup(group.key, (all) => [...all, newCondition()])}>
                  {t('conditions.addAnd')}
                </Button>
              )}
            </Stack>
          </Card>
        </Fragment>
      ))}
      {!readOnly && (
        <Button variant="default" leftSection={<IconPlus size={16} />} w="fit-content" onClick={addGroup}>
          {draft.groups.length === 0 ? t('conditions.add') : t('conditions.addOr')}
        </Button>
      )}
    </Section>
  )
}
