import { CloseButton, Text, TextInput } from '@mantine/core'
import { IconPlus, IconRoute, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { flowsQuery } from '@/api/flows'
import { useCan } from '@/api/me'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { ButtonLink } from '@/components/links'
import { Page, RowsSkeleton } from '@/components/Page'
import { FlowTable } from './FlowTable'
import { Gallery } from './Gallery'
import { Transfer } from './Transfer'

const route = getRouteApi('/auto-engagement')

/** All flows in the order in which leads are held against them. */
export function FlowsPage() {
  const { t } = useTranslation(['flows', 'common'])
  const can = useCan()
  const navigate = route.useNavigate()
  const { search = '' } = route.useSearch()
  const flows = useQuery(flowsQuery)
  const setSearch = (text: string) => void navigate({ search: text ? { search: text } : {}, replace: true })
  const create = can('write') && (
    <ButtonLink to="/auto-engagement/create" leftSection={<IconPlus size={16} />}>{t('create')}</ButtonLink>
  )
  const body = () => {
    if (flows.isPending) return <RowsSkeleton />
    if (flows.isError && !flows.data) return <FailureNote error={flows.error} retry={() => void flows.refetch()} />
    if (flows.data.length === 0)
      return (
        <>
          <Empty icon={<IconRoute />} title={t('emptyTitle')} text={can('write') ? t('emptyText') : t('emptyReader')}>{create}</Empty>
          {can('write') && <Gallery />}
        </>
      )
    const wanted = search.toLocaleLowerCase()
    const shown = flows.data.filter((flow) => `${flow.name}\n${flow.description ?? ''}`.toLocaleLowerCase().includes(wanted))
    if (shown.length === 0) return <Text c="dimmed">{t('nothing', { search })}</Text>
    return <FlowTable all={flows.data} shown={shown} />
  }
  return (
    <Page title={t('title')} about={t('about')} actions={<>{create}<Transfer /></>}>
      {(flows.data?.length ?? 0) > 0 && (
        <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} maw={420}
          leftSection={<IconSearch size={16} />} placeholder={t('search')} aria-label={t('search')} type="search"
          rightSection={search && <CloseButton size="sm" aria-label={t('common:action.clear')} onClick={() => setSearch('')} />} />
      )}
      {body()}
    </Page>
  )
}
