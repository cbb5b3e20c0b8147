import { Button, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, api, done } from '@/api/client'
import type { Integration } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'
import { integrationsQuery } from './queries'

type Kind = Integration['kind']

interface Asked {
  title: string
  text: string
  confirm: string
  done: string
  act: () => Promise<unknown>
}

function ask(asked: Asked) {
  const modalId = modals.open({ title: asked.title, children: <Confirm {...asked} onClose={() => modals.close(modalId)} /> })
}

/** Says what disconnecting does, and does it. */
export function confirmDisconnect(kind: Kind) {
  const name = i18n.t(`settings:kind.${kind}`)
  ask({
    title: i18n.t('settings:disconnectTitle', { name }), text: i18n.t(`settings:disconnectText.${kind}`),
    confirm: i18n.t('settings:disconnectConfirm'), done: i18n.t('settings:disconnected', { name }),
    act: () => done(api.DELETE('/api/integrations/{kind}', { params: { path: { kind } } })),
  })
}

/** Says what a new webhook address does, and makes one. */
export function confirmRotate(kind: 'bolna' | 'email' | 'leads') {
  ask({
    title: i18n.t('settings:rotateTitle'), text: i18n.t(`settings:rotateText.${kind}`),
    confirm: i18n.t('settings:rotateConfirm'), done: i18n.t('settings:rotated'),
    act: () => answer(api.POST('/api/integrations/{kind}/rotate-token', { params: { path: { kind } } })),
  })
}

function Confirm({ text, confirm, done: told, act, onClose }: Asked & { onClose: () => void }) {
  const { t } = useTranslation('common')
  const queries = useQueryClient()
  const mutation = useMutation({
    meta: { quiet: true },
    mutationFn: act,
    onSuccess: async () => {
      toastDone(told)
      onClose()
      await queries.invalidateQueries({ queryKey: integrationsQuery.queryKey })
    },
  })
  return (
    <Stack>
      <Text size="sm">{text}</Text>
      {mutation.isError && <FailureNote error={mutation.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>{t('action.cancel')}</Button>
        <Button color="red" loading={mutation.isPending} onClick={() => mutation.mutate()}>{confirm}</Button>
      </Group>
    </Stack>
  )
}
