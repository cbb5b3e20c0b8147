import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, answerList, api, done } from '@/api/client'
import type { EmailTemplateInput, EmailTemplateWithTexts } from '@/api/schema'
import type { TemplateSearch } from './search'

export const pageSize = 50

export const templatesQuery = ({ search, category, active, page = 1 }: TemplateSearch) =>
  queryOptions({
    queryKey: ['templates', 'list', { search, category, active, page }],
    queryFn: ({ signal }) =>
      answerList(api.GET('/api/email-templates', { params: { query: { search, category, is_active: active, limit: pageSize, offset: (page - 1) * pageSize } }, signal })),
    placeholderData: keepPreviousData,
  })

/** The categories in use, to choose from. */
export const categoriesQuery = queryOptions({
  queryKey: ['templates', 'categories'],
  queryFn: async ({ signal }) => {
    const { data } = await answerList(api.GET('/api/email-templates', { params: { query: { limit: 200 } }, signal }))
    return [...new Set(data.flatMap((template) => template.category ?? []))].sort((a, b) => a.localeCompare(b))
  },
  staleTime: 60_000,
})

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/email-templates/{id}', { params: { path: { id } }, signal })),
    // A form is filled from it: it changes when the person says so.
    staleTime: Infinity,
    refetchOnMount: 'always',
  })

/** How the server names a version. */
export const tag = (version: number) => ({ 'If-Match': `"${version}"` })

interface Versioned {
  id: string
  version: number
}

/** Takes a changed template over, into lists and forms. */
function useTake() {
  const queries = useQueryClient()
  return (template: EmailTemplateWithTexts) => {
    queries.setQueryData(templateQuery(template.id).queryKey, template)
    void queries.invalidateQueries({ queryKey: ['templates', 'list'] })
    void queries.invalidateQueries({ queryKey: ['templates', 'categories'] })
  }
}

export function useSave(onDone: (template: EmailTemplateWithTexts) => void) {
  const take = useTake()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ at, input, key }: { at?: Versioned; input: EmailTemplateInput & { name: string; subject: string }; key: string }) =>
      answer(at
        ? api.PATCH('/api/email-templates/{id}', { params: { path: { id: at.id }, header: tag(at.version) }, body: input })
        : api.POST('/api/email-templates', { params: { header: { 'Idempotency-Key': key } }, body: input })),
    onSuccess: (template) => {
      take(template)
      onDone(template)
    },
  })
}

/** Switches a template on or off. */
export function useActivate() {
  const take = useTake()
  return useMutation({
    mutationFn: ({ id, version, on }: Versioned & { on: boolean }) =>
      answer(api.PATCH('/api/email-templates/{id}', { params: { path: { id }, header: tag(version) }, body: { is_active: on } })),
    onSuccess: take,
  })
}

export function useDelete(onDone: () => void) {
  const queries = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, version }: Versioned) => done(api.DELETE('/api/email-templates/{id}', { params: { path: { id }, header: tag(version) } })),
    onSuccess: (_done, { id }) => {
      onDone()
      queries.removeQueries({ queryKey: templateQuery(id).queryKey })
      return queries.invalidateQueries({ queryKey: ['templates', 'list'] })
    },
  })
}
