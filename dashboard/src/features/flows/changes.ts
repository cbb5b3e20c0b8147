import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answer, api, done } from '@/api/client'
import { flowsQuery, type ListedFlow } from '@/api/flows'
import { toastDone } from '@/components/toasts'
import { applied, type Ranked, reverse } from './reorder'

/** Changes the list at once, and puts it back when the server says no. */
function useOptimistic() {
  const queries = useQueryClient()
  const { queryKey } = flowsQuery
  return {
    async show(change: (flows: ListedFlow[]) => ListedFlow[]) {
      await queries.cancelQueries({ queryKey })
      const before = queries.getQueryData(queryKey)
      if (before) queries.setQueryData(queryKey, change(before))
      return before
    },
    putBack(before: ListedFlow[] | undefined) {
      if (before) queries.setQueryData(queryKey, before)
    },
    // While another change is on its way, its answer is the one to read after.
    settle: () => (queries.isMutating({ mutationKey: ['flows'] }) > 1 ? undefined : queries.invalidateQueries({ queryKey })),
  }
}

/** Saves priorities; the toast offers the way back. */
export function useReorder() {
  const { t } = useTranslation('flows')
  const list = useOptimistic()
  const mutation = useMutation({
    mutationKey: ['flows', 'reorder'],
    scope: { id: 'flows' }, // one after another, so that the last one made is the last one saved
    mutationFn: ({ changes }: { changes: Ranked[]; back?: boolean }) =>
      done(api.POST('/api/auto-engagement/flows/priorities/bulk-update', { body: { updates: changes } })),
    onMutate: ({ changes }) => list.show((flows) => applied(flows, changes)),
    onError: (_error, _variables, before) => list.putBack(before),
    onSuccess: (_done, { changes, back }, before) => {
      const way = before ? reverse(before, changes) : []
      toastDone(t(back ? 'orderRestored' : 'orderSaved'), back ? undefined : () => mutation.mutate({ changes: way, back: true }))
    },
    onSettled: list.settle,
  })
  return (changes: Ranked[]) => changes.length > 0 && mutation.mutate({ changes })
}

export function useToggle() {
  const list = useOptimistic()
  return useMutation({
    mutationKey: ['flows', 'toggle'],
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      answer(api.PATCH('/api/auto-engagement/flows/{id}/toggle', { params: { path: { id } }, body: { enabled } })),
    onMutate: ({ id, enabled }) => list.show((flows) => flows.map((flow) => (flow.id === id ? { ...flow, is_enabled: enabled } : flow))),
    onError: (_error, _variables, before) => list.putBack(before),
    onSettled: list.settle,
  })
}

export function useDuplicate() {
  const { t } = useTranslation('flows')
  const queries = useQueryClient()
  return useMutation({
    mutationKey: ['flows', 'duplicate'],
    mutationFn: (id: string) =>
      answer(api.POST('/api/auto-engagement/flows/{id}/duplicate', { params: { path: { id }, header: { 'Idempotency-Key': crypto.randomUUID() } } })),
    onSuccess: (copy) => {
      toastDone(t('duplicated', { name: copy.name }))
      return queries.invalidateQueries({ queryKey: flowsQuery.queryKey })
    },
  })
}

export function useDelete() {
  const { t } = useTranslation('flows')
  const queries = useQueryClient()
  return useMutation({
    mutationKey: ['flows', 'delete'],
    mutationFn: ({ id }: { id: string; name: string }) => done(api.DELETE('/api/auto-engagement/flows/{id}', { params: { path: { id } } })),
    onSuccess: (_done, { name }) => {
      toastDone(t('deleted', { name }))
      return queries.invalidateQueries()
    },
  })
}
