import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, answerList, api } from '@/api/client'
import type { Import } from '@/api/schema'

export const pageSize = 50

export const importsQuery = queryOptions({
  queryKey: ['imports', 'list'],
  queryFn: ({ signal }) => answerList(api.GET('/api/contacts/imports', { params: { query: { limit: pageSize } }, signal })),
  refetchInterval: (query) => (query.state.data?.data.some(({ status }) => status === 'running') ? 3000 : false),
})

/** Whether something happens to it without its reader. */
export const moving = ({ status }: Pick<Import, 'status'>) => status === 'awaiting_upload' || status === 'running'

/** One import; asked for again while it moves, and before the address of its errors ends. */
export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/contacts/imports/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => {
      if (data && moving(data)) return 1000
      return data?.errors_url ? 10 * 60_000 : false
    },
  })

export const errorsQuery = (id: string, page: number, running: boolean) =>
  queryOptions({
    queryKey: ['imports', 'errors', id, page],
    queryFn: ({ signal }) =>
      answerList(api.GET('/api/contacts/imports/{id}/errors', { params: { path: { id }, query: { limit: pageSize, offset: (page - 1) * pageSize } }, signal })),
    refetchInterval: running ? 3000 : false,
    placeholderData: keepPreviousData,
  })
