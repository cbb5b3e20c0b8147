import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerList, api } from '@/api/client'
import { compact } from '@/lib/search'
import type { LeadSearch } from './search'

const pageSize = 50

/** What the address says as the API's filter: an address may say more. */
export const filterOf = ({ outcome, source, from, to }: LeadSearch) => compact({ outcome, source, from, to })

/** A page of leads. The newest one is asked for again and again; older ones hardly change. */
export const leadsQuery = ({ cursor, ...search }: LeadSearch) => {
  const filter = filterOf(search)
  return queryOptions({
    queryKey: ['leads', 'list', filter, cursor],
    queryFn: ({ signal }) => answerList(api.GET('/api/auto-engagement/leads', { params: { query: { ...filter, limit: pageSize, cursor } }, signal })),
    refetchInterval: cursor ? 15_000 : 4000,
    placeholderData: keepPreviousData,
  })
}
