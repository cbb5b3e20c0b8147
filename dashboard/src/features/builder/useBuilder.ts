import { useDebouncedCallback, useWindowEvent } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { answer, api } from '@/api/client'
import { Failure } from '@/api/failure'
import { flowQuery, flowsQuery } from '@/api/flows'
import { useMe } from '@/api/me'
import type { FlowWithDetails } from '@/api/schema'
import { type Draft, draftOf, inputOf, sameDraft } from './model/draft'
import { forget, keep, readKept } from './model/kept'
import { type Refused, refusedBy, stillRefused } from './model/refused'
import { type Issues, validate } from './model/validate'

interface Options {
  /** The flow as the server has it; undefined for a new one. */
  flow: FlowWithDetails | undefined
  /** What a new flow begins with. */
  start: Draft
  /** Names what is kept over a reload: the flow's id, or what a new one began with. */
  keptAs: string
}

/** A save that another person's change came before. */
export interface Conflict {
  theirs: FlowWithDetails
}

/** The flow being edited: its draft, what is wrong with it, and how it is saved. */
export function useBuilder({ flow, start, keptAs }: Options) {
  const tenant = useMe().tenant.id
  const queries = useQueryClient()
  const [initial] = useState(() => {
    const saved = flow ? draftOf(flow) : start
    const kept = readKept(tenant, keptAs)
    return { saved, kept: kept && !sameDraft(kept.draft, saved) ? kept : undefined }
  })
  const [saved, setSaved] = useState(initial.saved)
  const [version, setVersion] = useState(initial.kept ? initial.kept.version : (flow?.version ?? null))
  const [draft, setDraft] = useState(initial.kept?.draft ?? initial.saved)
  const [restored, setRestored] = useState(initial.kept)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [attempted, setAttempted] = useState(false)
  const [refused, setRefused] = useState<Refused>({})
  const [conflict, setConflict] = useState<Conflict>()

  const all = useMemo<Issues>(() => ({ ...stillRefused(draft, refused), ...validate(draft) }), [draft, refused])
  const dirty = useMemo(() => !sameDraft(draft, saved), [draft, saved])

  const store = useDebouncedCallback(
    (next: Draft, since: number | null) => (sameDraft(next, saved) ? forget(tenant, keptAs) : keep(tenant, keptAs, next, since)),
    { delay: 300, flushOnUnmount: true },
  )
  // A reload right after the last key loses nothing.
  useWindowEvent('pagehide', store.flush)
  const update = (change: Partial<Draft> | ((draft: Draft) => Partial<Draft>)) =>
    setDraft((now) => {
      const next = { ...now, ...(typeof change === 'function' ? change(now) : change) }
      store(next, version)
      return next
    })

  const settle = () => {
    setRestored(undefined)
    setConflict(undefined)
    setRefused({})
    setAttempted(false)
    setTouched(new Set())
  }
  /** Shows a flow as the server has it, and drops what was not saved. */
  const show = (stored: FlowWithDetails | undefined) => {
    store.cancel()
    forget(tenant, keptAs)
    const next = stored ? draftOf(stored) : saved
    setSaved(next)
    setDraft(next)
    setVersion(stored?.version ?? null)
    settle()
    mutation.reset()
    if (stored) queries.setQueryData(flowQuery(stored.id).queryKey, stored)
  }
  const discard = () => show(flow && (queries.getQueryData(flowQuery(flow.id).queryKey) ?? flow))

  // The same body sent again is the same flow, made once.
  const once = useRef({ body: '', key: '' })
  const mutation = useMutation({
    meta: { quiet: true },
    mutationFn: async ({ sent, over }: { sent: Draft; over: number | null }) => {
      const body = inputOf(sent)
      if (flow)
        return answer(api.PATCH('/api/auto-engagement/flows/{id}', { params: { path: { id: flow.id }, header: { 'If-Match': `"${over ?? flow.version}"` } }, body }))
      const text = JSON.stringify(body)
      if (once.current.body !== text) once.current = { body: text, key: crypto.randomUUID() }
      return answer(api.POST('/api/auto-engagement/flows', { params: { header: { 'Idempotency-Key': once.current.key } }, body }))
    },
    onSuccess: (stored, { sent }) => {
      store.cancel()
      forget(tenant, keptAs)
      const next = draftOf(stored)
      setSaved(next)
      setVersion(stored.version)
      // What was typed while it was on its way stays.
      setDraft((now) => (sameDraft(now, sent) ? next : now))
      settle()
      queries.setQueryData(flowQuery(stored.id).queryKey, stored)
      void queries.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true })
      void queries.invalidateQueries({ queryKey: ['versions', stored.id] })
    },
    onError: async (error, { sent }) => {
      if (!(error instanceof Failure)) return
      setRefused(refusedBy(sent, error.details, error.message))
      if (error.status === 409 && flow)
        setConflict({ theirs: await queries.fetchQuery({ ...flowQuery(flow.id), staleTime: 0 }) })
    },
  })
  /** Saves the draft if nothing is wrong with it; `over` names the version it replaces. Resolves with the flow, or undefined when it was not saved. */
  const save = async (over = version): Promise<FlowWithDetails | undefined> => {
    setAttempted(true)
    mutation.reset()
    if (Object.keys(validate(draft)).length > 0) return undefined
    try {
      return await mutation.mutateAsync({ sent: draft, over })
    } catch {
      return undefined // shown by the page
    }
  }

  return {
    flow, draft, update, dirty, version, all, attempted, restored, conflict, save, show, discard,
    /** What is wrong at a field, once the person has been there or has tried to save. */
    issue: (field: string): string | undefined => (attempted || touched.has(field) || field in refused ? all[field] : undefined),
    touch: (field: string) => setTouched((now) => (now.has(field) ? now : new Set(now).add(field))),
    saving: mutation.isPending,
    failure: mutation.error instanceof Failure && mutation.error.status === 409 && flow ? null : mutation.error,
    endRestored: () => setRestored(undefined),
    endConflict: () => setConflict(undefined),
  }
}

export type Builder = ReturnType<typeof useBuilder>
