import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { FlowWithDetails } from '@/api/schema'
import { Differences } from '@/components/Differences'
import { Moment } from '@/components/Moment'
import { toastDone } from '@/components/toasts'
import { useEditing } from './context'
import { comparisonQuery, versionsQuery } from './queries'

/** Another person saved first: take theirs, or put mine over it. Nothing is decided without being asked. */
export default function ConflictDialog({ theirs }: { theirs: FlowWithDetails }) {
  const { t } = useTranslation('builder')
  const { endConflict, show, save, saving, version } = useEditing()
  const versions = useQuery({ ...versionsQuery(theirs.id), staleTime: 0 })
  const comparison = useQuery({ ...comparisonQuery(theirs.id, version ?? 0, theirs.version), enabled: version !== null && version < theirs.version })
  const last = versions.data?.find((one) => one.version === theirs.version)
  return (
    <Modal opened onClose={endConflict} title={t('conflict.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Text>
          {t('conflict.text', { who: last?.created_by ?? t('conflict.someone'), version: theirs.version })} <Moment at={theirs.updated_at} relative />
        </Text>
        {comparison.data && (
          <>
            <Text size="sm" fw={600}>{t('conflict.changed')}</Text>
            <Differences differences={comparison.data.differences} before={t('history.version', { version: comparison.data.version })} after={t('history.version', { version: theirs.version })} />
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={endConflict} data-autofocus>{t('conflict.later')}</Button>
          <Button variant="default" onClick={() => show(theirs)}>{t('conflict.theirs')}</Button>
          <Button color="red" loading={saving} onClick={() => void save(theirs.version).then((stored) => stored && toastDone(t('saved')))}>{t('conflict.mine')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
