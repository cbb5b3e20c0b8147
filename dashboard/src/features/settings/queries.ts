import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, answerList, api } from '@/api/client'
import { meQuery } from '@/api/me'
import type { SettingsInput } from '@/api/schema'
import { toastDone } from '@/components/toasts'

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => answer(api.GET('/api/settings', { signal })),
})

export const integrationsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: async ({ signal }) => (await answerList(api.GET('/api/integrations', { signal }))).data,
})

export const auditQuery = (filter: { action?: string; cursor?: string }) =>
  queryOptions({
    queryKey: ['audit log', filter],
    queryFn: ({ signal }) => answerList(api.GET('/api/audit-log', { params: { query: { ...filter, limit: 50 } }, signal })),
    placeholderData: keepPreviousData,
  })

export const deadLettersQuery = queryOptions({
  queryKey: ['dead letters'],
  queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/dead-letters', { signal })),
})

/** Saves what is given, and leaves the other settings as they are. */
export function useSaveSettings() {
  const { t } = useTranslation('settings')
  const queries = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: SettingsInput) => answer(api.PATCH('/api/settings', { body })),
    onSuccess: (saved) => {
      queries.setQueryData(settingsQuery.queryKey, saved)
      toastDone(t('saved'))
      return queries.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}
