import { ActionIcon, Alert, Badge, Box, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconDeviceFloppy, IconDots, IconDownload, IconFlask, IconHistory, IconInfoCircle, IconPlayerPlay } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { Contact, FlowWithDetails } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { MenuItemLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page } from '@/components/Page'
import { toastDone } from '@/components/toasts'
import { download } from '@/lib/download'
import { Basics } from './Basics'
import { Conditions } from './Conditions'
import { EditingProvider, useEditing } from './context'
import { Hours } from './Hours'
import { LeaveGuard } from './LeaveGuard'
import { type Draft, exportOf } from './model/draft'
import { validate } from './model/validate'
import { Panel } from './Panel'
import { StepsSection } from './StepsSection'
import type { Tested } from './TestPanel'
import { useBuilder } from './useBuilder'
import { useSteps } from './useSteps'

const ConflictDialog = lazy(() => import('./ConflictDialog'))
const History = lazy(() => import('./History'))
const TestPanel = lazy(() => import('./TestPanel'))

interface Props {
  flow: FlowWithDetails | undefined
  start: Draft
  keptAs: string
  /** Id of the lead that the test panel opens with. */
  lead: string | undefined
}

/** The flow with all its parts, and what is done with it as a whole. */
export function Editor({ flow, start, keptAs, lead }: Props) {
  const { t } = useTranslation('builder')
  const can = useCan()
  const navigate = useNavigate()
  const readOnly = !can('write')
  const builder = useBuilder({ flow, start, keptAs })
  const changes = useSteps(builder)
  const [contact, setContact] = useState<Contact | null>(null)
  const [panel, setPanel] = useState<'test' | 'history' | null>(lead ? 'test' : null)
  const [tested, setTested] = useState<Tested | null>(null)
  // The first wrong step opens, below the notice that says what is wrong.
  const showWrong = () => {
    const [, key] = Object.keys(validate(builder.draft)).find((field) => field.startsWith('steps.'))?.split('.') ?? []
    if (key) changes.setOpen(key)
    window.scrollTo({ top: 0 })
  }
  const save = async () => {
    const stored = await builder.save()
    if (!stored) return showWrong()
    toastDone(t('saved'))
    if (!flow) await navigate({ to: '/auto-engagement/$id/edit', params: { id: stored.id }, search: lead ? { lead } : {}, replace: true, ignoreBlocker: true })
  }
  useHotkeys([['mod+S', () => void (readOnly || builder.saving ? undefined : save())]], [])
  const title = flow ? builder.draft.name || t('untitled') : t('create')
  return (
    <EditingProvider value={{ ...builder, readOnly, contact, setContact }}>
      <Page title={title} about={flow ? <About flow={flow} /> : t('createAbout')}
        actions={
          <>
            <Button variant="default" leftSection={<IconFlask size={16} />} onClick={() => setPanel('test')}>{t('test.open')}</Button>
            {flow && <Button variant="default" leftSection={<IconHistory size={16} />} onClick={() => setPanel('history')}>{t('history.open')}</Button>}
            <More flow={flow} />
            {!readOnly && <Button leftSection={<IconDeviceFloppy size={16} />} loading={builder.saving} disabled={flow && !builder.dirty} onClick={() => void save()}>{flow ? t('save') : t('make')}</Button>}
          </>
        }>
        <Notices />
        <Basics />
        <Conditions />
        <StepsSection changes={changes} tested={tested} />
        <Hours />
        {!readOnly && (
          <Group justify="flex-end">
            {builder.dirty && <Text size="sm" c="dimmed">{t('unsaved')}</Text>}
            <Button leftSection={<IconDeviceFloppy size={16} />} loading={builder.saving} disabled={flow && !builder.dirty} onClick={() => void save()}>{flow ? t('save') : t('make')}</Button>
          </Group>
        )}
      </Page>
      <Panel title={t('test.title')} opened={panel === 'test'} onClose={() => setPanel(null)} keepMounted>
        <TestPanel lead={lead} tested={tested} onTested={setTested} onSave={save} />
      </Panel>
      {flow && <Panel title={t('history.title')} opened={panel === 'history'} onClose={() => setPanel(null)}><History flow={flow} /></Panel>}
      {builder.conflict && <Suspense><ConflictDialog theirs={builder.conflict.theirs} /></Suspense>}
      <LeaveGuard />
    </EditingProvider>
  )
}

function About({ flow }: { flow: FlowWithDetails }) {
  const { t } = useTranslation('builder')
  const { dirty } = useEditing()
  return (
    <Group gap="xs" component="span">
      <span>{t('about', { version: flow.version })} <Moment at={flow.updated_at} relative /></span>
      {dirty && <Badge size="sm" color="yellow" variant="light" tt="none" autoContrast>{t('unsaved')}</Badge>}
    </Group>
  )
}

/** What stands above the parts: changes brought back, and why a save did not succeed. */
function Notices() {
  const { t } = useTranslation('builder')
  const { restored, endRestored, discard, flow, failure, attempted, all } = useEditing()
  const wrong = Object.keys(all).length
  return (
    <Stack gap="sm" style={{ display: restored || failure || (attempted && wrong > 0) ? undefined : 'none' }}>
      {restored && (
        <Alert color="blue" icon={<IconInfoCircle />} title={t('restored.title')} withCloseButton closeButtonLabel={t('close')} onClose={endRestored}>
          <Text size="sm">
            {t('restored.text')} <Moment at={restored.at} relative />. {flow && restored.version !== flow.version && t('restored.changed')}
          </Text>
          <Group mt="xs" gap="xs">
            <Button size="xs" variant="light" onClick={endRestored}>{t('restored.keep')}</Button>
            <Button size="xs" variant="default" onClick={discard}>{t('restored.discard')}</Button>
          </Group>
        </Alert>
      )}
      {attempted && wrong > 0 && !failure && <Alert color="red" role="alert">{t('wrong', { count: wrong })} <Text span size="sm">{Object.values(all)[0]}</Text></Alert>}
      {failure && <Box><FailureNote error={failure} title={t('saveFailed')} /></Box>}
    </Stack>
  )
}

function More({ flow }: { flow: FlowWithDetails | undefined }) {
  const { t } = useTranslation('builder')
  const { draft, dirty, readOnly, discard } = useEditing()
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target><ActionIcon variant="default" size={36} aria-label={t('more.title')}><IconDots size={18} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => download(`${draft.name || 'flow'}.json`, JSON.stringify(exportOf(draft), null, 2))}>{t('more.export')}</Menu.Item>
        {flow && <MenuItemLink to="/auto-engagement/executions" search={{ flow_id: flow.id }} leftSection={<IconPlayerPlay size={16} />}>{t('more.executions')}</MenuItemLink>}
        {dirty && !readOnly && <Menu.Item color="red" onClick={discard}>{t('more.discard')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}
