import { ActionIcon, Badge, Box, Card, Collapse, Group, Menu, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconArrowDown, IconArrowUp, IconChevronDown, IconCopy, IconDots, IconGripVertical, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useSorted } from '@/components/sorting'
import { StepIcon } from '@/domain/steps'
import { useEditing } from './context'
import { LazyStepForm } from './LazyStepForm'
import type { DraftStep } from './model/draft'
import type { TimeHint } from './model/steps'
import { useStepIssue } from './stepIssue'
import type { StepChanges } from './useSteps'
import { useWords } from './words'

interface Props {
  step: DraftStep
  index: number
  hint: TimeHint | undefined
  changes: StepChanges
}

/** One step of the list: what it is, when it runs, and its form when open. */
export function StepCard({ step, index, hint, changes }: Props) {
  const { t } = useTranslation(['builder', 'common'])
  const { draft, readOnly } = useEditing()
  const words = useWords()
  const wrong = useStepIssue()(step)
  const open = changes.open === step.key
  const { item, handle } = useSorted(step.key)
  const name = t('steps.nth', { number: index + 1, name: words.label(step) })
  const last = draft.steps.length - 1
  return (
    <Card ref={item} component="li" withBorder padding={0} data-testid="step" aria-label={name} style={{
      overflow: 'visible', position: 'relative',
      ...(wrong ? { borderColor: 'var(--mantine-color-error)' } : {}),
    }}>
      <Group wrap="nowrap" gap={4} p="xs" ps={readOnly ? 'sm' : 4}>
        {!readOnly && (
          <ActionIcon {...handle} variant="subtle" color="gray" aria-label={t('steps.move', { name })} style={{ cursor: 'grab', touchAction: 'none' }}>
            <IconGripVertical size={18} />
          </ActionIcon>
        )}
        <UnstyledButton onClick={() => changes.setOpen(open ? null : step.key)} aria-expanded={open} style={{ flex: 1, minWidth: 0 }}>
          <Group wrap="nowrap" gap="sm">
            <StepIcon type={step.type} size={34} />
            <Box style={{ flex: 1, minWidth: 0 }}>
              <Text fw={600} truncate>{index + 1}. {words.label(step)}{words.detail(step) && <Text span c="dimmed" fw={400}> · {words.detail(step)}</Text>}</Text>
              <Group gap={6}>
                {hint && <Text size="xs" c="dimmed">{words.time(hint)}</Text>}
                {step.conditionType !== 'always' && <Badge size="sm" variant="light" color="grape" tt="none" styles={{ root: { height: 'auto' }, label: { whiteSpace: 'normal' } }}>{words.when(step)}</Badge>}
              </Group>
              {wrong && !open && <Text size="xs" c="red"><IconAlertTriangle size={12} style={{ verticalAlign: -2 }} aria-hidden /> {wrong}</Text>}
            </Box>
            <IconChevronDown size={16} aria-hidden style={{ flexShrink: 0, transform: open ? 'rotate(180deg)' : undefined }} />
          </Group>
        </UnstyledButton>
        {!readOnly && (
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('steps.actionsOf', { name })}><IconDots size={18} /></ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => changes.duplicate(index)}>{t('steps.duplicate')}</Menu.Item>
              <Menu.Item leftSection={<IconArrowUp size={16} />} disabled={index === 0} onClick={() => changes.move(index, index - 1)}>{t('steps.up')}</Menu.Item>
              <Menu.Item leftSection={<IconArrowDown size={16} />} disabled={index === last} onClick={() => changes.move(index, index + 1)}>{t('steps.down')}</Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => changes.remove(index)}>{t('steps.remove')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Collapse expanded={open}>
        {open && <Box p="md" pt={4}><LazyStepForm step={step} index={index} changes={changes} /></Box>}
      </Collapse>
    </Card>
  )
}
