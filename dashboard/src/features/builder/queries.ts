import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, answerList, api } from '@/api/client'
import type { PreviewInput } from '@/api/schema'

const minutes = 60_000
const most = 200
// A provider that is not connected stays so; the form says it at once.
const list = { staleTime: 2 * minutes, retry: false } as const

export const agentsQuery = queryOptions({
  ...list, queryKey: ['pickers', 'agents'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/integrations/bolna/agents', { params: { query: { limit: most } }, signal }))).data,
})
export const callNumbersQuery = queryOptions({
  ...list, queryKey: ['pickers', 'call numbers'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/integrations/bolna/phone-numbers', { params: { query: { limit: most } }, signal }))).data,
})
export const whatsappNumbersQuery = queryOptions({
  ...list, queryKey: ['pickers', 'whatsapp numbers'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/integrations/whatsapp/phone-numbers', { params: { query: { limit: most } }, signal }))).data,
})
export const whatsappTemplatesQuery = queryOptions({
  ...list, queryKey: ['pickers', 'whatsapp templates'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/integrations/whatsapp/templates', { params: { query: { limit: most } }, signal }))).data,
})
export const emailTemplatesQuery = queryOptions({
  ...list, queryKey: ['pickers', 'email templates'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/email-templates', { params: { query: { limit: most } }, signal }))).data,
})

/** Values seen, most frequent first. */
export const suggestionsQuery = (field: 'lead_source' | 'entry_type' | 'custom_field' | 'city', search = '') =>
  queryOptions({
    queryKey: ['suggestions', field, search],
    queryFn: async ({ signal }) =>
      (await answerList(api.GET('/api/auto-engagement/suggestions', { params: { query: { field, limit: 30, ...(search ? { search } : {}) } }, signal }))).data,
    staleTime: minutes,
    placeholderData: keepPreviousData,
  })

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['leads', id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/leads/{id}', { params: { path: { id } }, signal })),
  })

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', id],
    queryFn: ({ signal }) => answer(api.GET('/api/contacts/{id}', { params: { path: { id } }, signal })),
  })

/** Texts as a contact gets them. Of a stored template, or of a text that is none. */
export const previewQuery = (template: string | null, body: PreviewInput) =>
  queryOptions({
    queryKey: ['preview', template, body],
    queryFn: ({ signal }) =>
      answer(template === null
        ? api.POST('/api/email-templates/preview', { body, signal })
        : api.POST('/api/email-templates/{id}/preview', { params: { path: { id: template } }, body, signal })),
    placeholderData: keepPreviousData,
  })

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['versions', id],
    queryFn: async ({ signal }) =>
      (await answerList(api.GET('/api/auto-engagement/flows/{id}/versions', { params: { path: { id }, query: { limit: most } }, signal }))).data,
  })

export const comparisonQuery = (id: string, n: number, other: number) =>
  queryOptions({
    queryKey: ['versions', id, 'compare', n, other],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/auto-engagement/flows/{id}/versions/{n}/compare', { params: { path: { id, n }, query: { with: other } }, signal })),
    staleTime: Infinity, // versions never change
  })
