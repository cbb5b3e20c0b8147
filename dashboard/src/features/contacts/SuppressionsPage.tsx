import { Button, Group, Pagination, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconBan, IconPlus, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { Page, RowsSkeleton } from '@/components/Page'
import { compact, oneOf } from '@/lib/search'
import { pageSize, suppressionsQuery } from './queries'
import { channels, kinds, type SuppressionSearch } from './search'
import { openSuppress } from './Suppress'
import { SuppressionTable } from './SuppressionTable'

const route = getRouteApi('/suppressions')

/** The phones and e-mails that are not to be used, and for which channel. */
export function SuppressionsPage() {
  const { t } = useTranslation(['contacts', 'common'])
  const can = useCan()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const list = useQuery(suppressionsQuery(search))
  const [text, setText] = useState(search.search ?? '')
  const change = (next: Partial<SuppressionSearch>) => void navigate({ search: (now) => compact({ ...now, page: undefined, ...next }) })
  const look = useDebouncedCallback((wanted: string) => change({ search: wanted.trim() || undefined }), 300)
  const add = can('write') && <Button leftSection={<IconPlus size={16} />} onClick={() => openSuppress()}>{t('suppress')}</Button>
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (list.data.data.length > 0) return <SuppressionTable rows={list.data.data} />
    if (Object.keys(search).length > 0) return <Text c="dimmed">{t('nothingSuppressed')}</Text>
    return <Empty icon={<IconBan />} title={t('noneSuppressed')} text={t('noneSuppressedText')}>{add}</Empty>
  }
  const pages = Math.ceil((list.data?.meta.total ?? 0) / pageSize)
  return (
    <Page title={t('suppressions')} about={t('suppressionsAbout')} actions={add}>
      <Group gap="xs">
        <TextInput type="search" aria-label={t('searchSuppressions')} placeholder={t('searchSuppressions')} leftSection={<IconSearch size={16} />} value={text} w={{ base: '100%', xs: 280 }}
          onChange={(event) => { setText(event.currentTarget.value); look(event.currentTarget.value) }} />
        <Select aria-label={t('channel')} placeholder={t('anyChannel')} clearable w={{ base: '100%', xs: 190 }} value={search.channel ?? null}
          data={channels.map((value) => ({ value, label: t(`channels.${value}`) }))} onChange={(value) => change({ channel: oneOf(value, channels) })} />
        <Select aria-label={t('kind')} placeholder={t('anyKind')} clearable w={{ base: '100%', xs: 170 }} value={search.kind ?? null}
          data={kinds.map((value) => ({ value, label: t(`field.${value}`) }))} onChange={(value) => change({ kind: oneOf(value, kinds) })} />
      </Group>
      {list.isError && list.data && <FailureNote error={list.error} retry={() => void list.refetch()} />}
      {body()}
      {pages > 1 && (
        <Pagination total={pages} value={search.page ?? 1} size="sm" style={{ alignSelf: 'flex-end' }}
          onChange={(page) => { window.scrollTo({ top: 0 }); change({ page: page > 1 ? page : undefined }) }}
          getControlProps={(control) => ({ 'aria-label': control === 'next' ? t('common:list.next') : t('common:list.previous') })} />
      )}
    </Page>
  )
}
