import { queryOptions } from '@tanstack/react-query'
import { answer, answerList, api } from './client'
import type { ExportedFlow, Flow } from './schema'

/** A flow with what a list shows of its inside; undefined while another change is on its way. */
export interface ListedFlow extends Flow {
  steps: string[] | undefined
  conditions: number | undefined
}

const pageSize = 200

async function readFlows(signal: AbortSignal): Promise<Flow[]> {
  const flows: Flow[] = []
  for (;;) {
    const { data, meta } = await answerList(
      api.GET('/api/auto-engagement/flows', { params: { query: { limit: pageSize, offset: flows.length } }, signal }),
    )
    flows.push(...data)
    if (data.length === 0 || flows.length >= (meta.total ?? 0)) return flows
  }
}

/** The export has no ids; within one tenant a priority and a name are as good. */
const key = (flow: { priority: number; name: string }) => `${flow.priority} ${flow.name}`

/** All flows by priority. Few tenants have more than a hundred, and reordering needs all of them. */
export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: async ({ signal }): Promise<ListedFlow[]> => {
    const [flows, exported] = await Promise.all([readFlows(signal), answer(api.GET('/api/auto-engagement/flows/export', { signal }))])
    const inside = new Map<string, ExportedFlow>(exported.flows.map((flow) => [key(flow), flow]))
    return flows.map((flow) => {
      const found = inside.get(key(flow))
      return { ...flow, steps: found?.actions.map((a) => a.action_type), conditions: found?.trigger_conditions.length }
    })
  },
})

/** One flow with its conditions and actions. */
export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/flows/{id}', { params: { path: { id } }, signal })),
  })

/** A flow as one of its versions was; versions never change. */
export const versionQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: ['versions', id, n],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/flows/{id}/versions/{n}', { params: { path: { id, n } }, signal })),
    staleTime: Infinity,
  })
