import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './client'

/** One lead with its decision; asked for again only while something of it is still to come. */
export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['leads', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/leads/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => {
      const lead = query.state.data
      return lead && (lead.outcome === 'received' || lead.executions.some((one) => one.status === 'running')) ? 3000 : false
    },
  })
