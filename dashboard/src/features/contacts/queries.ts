import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, answerList, api } from '@/api/client'
import type { ContactSearch, SuppressionSearch } from './search'

export const pageSize = 50

export const contactsQuery = (search: ContactSearch) =>
  queryOptions({
    queryKey: ['contacts', 'list', search],
    queryFn: ({ signal }) => answerList(api.GET('/api/contacts', { params: { query: { ...search, limit: pageSize } }, signal })),
    placeholderData: keepPreviousData,
  })

/** One contact with its suppressions, and how many executions it has of each status. */
export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/contacts/{id}', { params: { path: { id } }, signal })),
  })

export const suppressionsQuery = ({ page = 1, ...filter }: SuppressionSearch) =>
  queryOptions({
    queryKey: ['suppressions', { page, ...filter }],
    queryFn: ({ signal }) =>
      answerList(api.GET('/api/suppressions', { params: { query: { ...filter, limit: pageSize, offset: (page - 1) * pageSize } }, signal })),
    placeholderData: keepPreviousData,
  })

const few = 20

/** A contact's executions, newest first, as many pages as were asked for. */
export const historyQuery = (contact_id: string) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'of contact', contact_id],
    queryFn: ({ signal, pageParam }) =>
      answerList(api.GET('/api/auto-engagement/executions', { params: { query: { contact_id, limit: few, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.meta.next_cursor ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages.some(({ data }) => data.some(({ status }) => status === 'running')) ? 4000 : false),
  })

/** The leads that came for a contact, newest first. */
export const leadsOfQuery = (contact_id: string) =>
  infiniteQueryOptions({
    queryKey: ['leads', 'of contact', contact_id],
    queryFn: ({ signal, pageParam }) =>
      answerList(api.GET('/api/auto-engagement/leads', { params: { query: { contact_id, limit: few, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.meta.next_cursor ?? undefined,
  })
