import { Accordion, ActionIcon, Alert, Badge, Button, FileInput, Group, Menu, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconDownload, IconFileImport } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { flowsQuery } from '@/api/flows'
import { useCan } from '@/api/me'
import type { ImportFlow, NewFlowInput } from '@/api/schema'
import { Differences } from '@/components/Differences'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import { download } from '@/lib/download'
import { flowsIn } from './transferFile'

/** All flows as a file, and flows from a file. */
export function Transfer() {
  const { t } = useTranslation('flows')
  const can = useCan()
  const [opened, { open, close }] = useDisclosure()
  const exporting = useMutation({
    mutationFn: () => answer(api.GET('/api/auto-engagement/flows/export')),
    onSuccess: (all) => download('flows.json', JSON.stringify(all, null, 2)),
  })
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target><ActionIcon variant="default" size={36} aria-label={can('write') ? t('transfer.title') : t('transfer.export')} loading={exporting.isPending}><IconDots size={18} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => exporting.mutate()}>{t('transfer.export')}</Menu.Item>
          {can('write') && <Menu.Item leftSection={<IconFileImport size={16} />} onClick={open}>{t('transfer.import')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={opened} onClose={close} title={t('transfer.importTitle')} size="lg" closeButtonProps={{ 'aria-label': t('transfer.close') }}>
        <Import onDone={close} />
      </Modal>
    </>
  )
}

/** A file, what it would change, and then the change. */
function Import({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['flows', 'common'])
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const dry = useMutation({
    meta: { quiet: true },
    mutationFn: async (chosen: File) => {
      const flows = flowsIn(await chosen.text())
      if (!flows) throw new Error(t('transfer.notFlows'))
      return { flows, result: await answer(api.POST('/api/auto-engagement/flows/import', { body: { dry_run: true, flows } })) }
    },
  })
  const [key] = useState(() => crypto.randomUUID())
  const load = useMutation({
    meta: { quiet: true },
    mutationFn: (flows: NewFlowInput[]) => answer(api.POST('/api/auto-engagement/flows/import', { params: { header: { 'Idempotency-Key': key } }, body: { flows } })),
    onSuccess: ({ created, updated }) => {
      toastDone(t('transfer.done', { created, updated }))
      onDone()
      return queries.invalidateQueries({ queryKey: flowsQuery.queryKey })
    },
  })
  const choose = (chosen: File | null) => {
    setFile(chosen)
    load.reset()
    if (chosen) dry.mutate(chosen)
    else dry.reset()
  }
  const planned = dry.data?.result
  const nothing = planned !== undefined && planned.created + planned.updated === 0
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('transfer.importText')}</Text>
      <FileInput label={t('transfer.file')} placeholder={t('transfer.choose')} accept="application/json,.json" value={file} onChange={choose} clearable data-autofocus
        clearButtonProps={{ 'aria-label': t('common:action.clear') }} />
      {dry.isError && <FailureNote error={dry.error} title={t('transfer.refused')} />}
      {planned && (
        <Stack gap="xs" aria-live="polite">
          <Text fw={600}>{t('transfer.would', { created: planned.created, updated: planned.updated, unchanged: planned.unchanged })}</Text>
          <Planned flows={planned.flows} />
          {nothing && <Alert color="blue">{t('transfer.nothing')}</Alert>}
        </Stack>
      )}
      {load.isError && <FailureNote error={load.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>{t('common:action.cancel')}</Button>
        <Button disabled={!dry.data || nothing} loading={load.isPending || dry.isPending} onClick={() => dry.data && load.mutate(dry.data.flows)}>{t('transfer.confirm')}</Button>
      </Group>
    </Stack>
  )
}

const colors = { create: 'teal', update: 'yellow', unchanged: 'gray' } as const

function Planned({ flows }: { flows: ImportFlow[] }) {
  const { t } = useTranslation('flows')
  return (
    <Accordion variant="contained" chevronPosition="left">
      {flows.map((flow, index) => (
        <Accordion.Item key={index} value={String(index)}>
          <Accordion.Control disabled={flow.differences.length === 0}>
            <Group gap="xs"><Badge size="sm" variant="light" autoContrast color={colors[flow.change]} tt="none">{t(`transfer.${flow.change}`)}</Badge><Text size="sm">{flow.name}</Text></Group>
          </Accordion.Control>
          <Accordion.Panel><Differences differences={flow.differences} before={t('transfer.now')} after={t('transfer.then')} /></Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}
