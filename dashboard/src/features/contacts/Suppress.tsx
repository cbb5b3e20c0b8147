import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { FailureNote } from '@/components/FailureNote'
import { toastDone } from '@/components/toasts'
import i18n from '@/i18n'
import { fieldErrors } from '@/lib/fieldErrors'
import { type Channel, channels, type Kind, kinds } from './search'

interface Address {
  kind: Kind
  value: string
}

/** Asks what must not be used any more: one of the addresses, or, without any, whichever is typed. */
export function openSuppress(addresses?: Address[]) {
  const modalId = modals.open({
    title: i18n.t('contacts:suppressTitle'),
    children: <Suppress addresses={addresses} onClose={() => modals.close(modalId)} />,
  })
}

// Phones are not mailed to, and e-mails not called.
const channelsOf = (kind: Kind) => channels.filter((channel) => channel === 'all' || (channel === 'email') === (kind === 'email'))

function Suppress({ addresses, onClose }: { addresses?: Address[]; onClose: () => void }) {
  const { t } = useTranslation(['contacts', 'common'])
  const queries = useQueryClient()
  const form = useForm({
    initialValues: { kind: addresses?.[0]?.kind ?? ('phone' as Kind), value: addresses?.[0]?.value ?? '', channel: 'all' as Channel, reason: '' },
    validate: { value: (value) => (value.trim() ? null : t('valueMissing')) },
  })
  const { kind, channel } = form.values
  const choose = (to: Kind, value: string) => form.setValues({ kind: to, value, channel: channelsOf(to).includes(channel) ? channel : 'all' })
  const add = useMutation({
    meta: { quiet: true },
    mutationFn: ({ reason, value, ...rest }: typeof form.values) =>
      answer(api.POST('/api/suppressions', { body: { ...rest, value: value.trim(), ...(reason.trim() ? { reason: reason.trim() } : {}) } })),
    onSuccess: async ({ value }) => {
      toastDone(t('suppressed_done', { value }))
      onClose()
      await Promise.all([queries.invalidateQueries({ queryKey: ['suppressions'] }), queries.invalidateQueries({ queryKey: ['contacts'] })])
    },
  })
  const { errors, rest } = fieldErrors(add.error, ['value', 'reason', 'channel'])
  return (
    <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
      <Stack>
        <Text size="sm">{t('suppressAbout')}</Text>
        {addresses ? (
          <Select label={t('address')} allowDeselect={false} value={form.values.value} data={addresses.map(({ value }) => value)}
            onChange={(value) => { const one = addresses.find((a) => a.value === value); if (one) choose(one.kind, one.value) }} error={errors.value} />
        ) : (
          <>
            <SegmentedControl value={kind} data={kinds.map((value) => ({ value, label: t(`field.${value}`) }))} aria-label={t('kind')}
              onChange={(value) => choose(kinds.find((one) => one === value) ?? 'phone', form.values.value)} />
            <TextInput label={t(`field.${kind}`)} type={kind === 'phone' ? 'tel' : 'email'} data-autofocus autoComplete="off" maxLength={255} {...form.getInputProps('value')} error={form.errors.value ?? errors.value} />
          </>
        )}
        <Select label={t('channel')} allowDeselect={false} data={channelsOf(kind).map((value) => ({ value, label: t(`channels.${value}`) }))} {...form.getInputProps('channel')} error={errors.channel} />
        <TextInput label={t('reason')} placeholder={t('reasonHint')} maxLength={500} {...form.getInputProps('reason')} error={errors.reason} />
        {Boolean(rest) && <FailureNote error={rest} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:action.cancel')}</Button>
          <Button color="red" type="submit" loading={add.isPending}>{t('suppressConfirm')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
