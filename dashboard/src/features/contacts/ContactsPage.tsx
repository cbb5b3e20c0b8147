import { Button, Group, Text } from '@mantine/core'
import { IconAddressBook, IconFileImport, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import { CursorButtons } from '@/components/CursorButtons'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { ButtonLink } from '@/components/links'
import { Page, RowsSkeleton } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { compact } from '@/lib/search'
import { ContactFilters } from './ContactFilters'
import { ContactTable } from './ContactTable'
import { openNewContact } from './NewContact'
import { contactsQuery } from './queries'
import type { ContactSearch } from './search'

const route = getRouteApi('/contacts')

/** All contacts, newest first; what is shown stands in the address. */
export function ContactsPage() {
  const { t } = useTranslation(['contacts', 'common'])
  const can = useCan()
  const format = useFormat()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const list = useQuery(contactsQuery(search))
  const change = (next: Partial<ContactSearch>) => void navigate({ search: (now) => compact({ ...now, cursor: undefined, ...next }) })
  const create = can('write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => openNewContact((id) => void navigate({ to: '/contacts/$id', params: { id } }))}>{t('create')}</Button>
  )
  const imports = (
    <ButtonLink to="/contacts/imports" variant="default" leftSection={<IconFileImport size={16} />}>{can('write') ? t('import') : t('imports')}</ButtonLink>
  )
  const filtered = Object.keys(search).length > 0
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    if (list.data.data.length > 0) return <ContactTable rows={list.data.data} onTag={(tag) => change({ tag })} />
    if (filtered) return <Text c="dimmed">{t('nothing')}</Text>
    return (
      <Empty icon={<IconAddressBook />} title={t('emptyTitle')} text={t('emptyText')}>
        {can('write') && <Group justify="center">{create}{imports}</Group>}
      </Empty>
    )
  }
  const meta = list.data?.meta
  return (
    <Page title={t('title')} about={t('about')} actions={<>{imports}{create}</>}>
      <ContactFilters search={search} onChange={change} onClear={() => void navigate({ search: {} })} />
      {meta?.total !== undefined && meta.total > 0 && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {meta.total_capped ? t('countMany', { total: format.number(meta.total) }) : t('count', { count: meta.total, total: format.number(meta.total) })}
        </Text>
      )}
      {list.isError && list.data && <FailureNote error={list.error} retry={() => void list.refetch()} />}
      {body()}
      <CursorButtons cursor={search.cursor} next={meta?.next_cursor} onChange={(cursor) => change({ cursor })} />
    </Page>
  )
}
