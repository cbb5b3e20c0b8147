import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, answerList, api } from '@/api/client'
import { executionStatuses, type ExecutionSearch } from './search'

export const pageSize = 50

/** What the address says as the API's filter. */
export function filterOf({ status, flow_id, contact_id, search, from, to, tests }: ExecutionSearch) {
  return { status, flow_id, contact_id, search, from, to, ...(tests ? { test_runs_only: true } : {}) }
}

/** A page of executions. The newest one is asked for again and again; older ones hardly change. */
export const executionsQuery = (search: ExecutionSearch) =>
  queryOptions({
    queryKey: ['executions', 'list', search],
    queryFn: ({ signal }) =>
      answerList(api.GET('/api/auto-engagement/executions', { params: { query: { ...filterOf(search), limit: pageSize, cursor: search.cursor } }, signal })),
    refetchInterval: search.cursor ? 15_000 : 4000,
    placeholderData: keepPreviousData,
  })

/** How many there are of each status, of all that the rest of the filter selects. */
export const countsQuery = (search: ExecutionSearch) => {
  const filter = { ...filterOf(search), status: undefined }
  return queryOptions({
    queryKey: ['executions', 'counts', filter],
    queryFn: async ({ signal }) =>
      Promise.all(
        executionStatuses.map(async (status) => {
          const { meta } = await answerList(api.GET('/api/auto-engagement/executions', { params: { query: { ...filter, status, limit: 1 } }, signal }))
          return { status, total: meta.total ?? 0, capped: meta.total_capped ?? false }
        }),
      ),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  })
}

/** One execution with its steps; asked for again only while it runs. */
export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: ['executions', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/executions/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data?.status === 'running' ? 2000 : false),
  })
