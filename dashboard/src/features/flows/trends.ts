import { useQueries } from '@tanstack/react-query'
import { answer, api } from '@/api/client'

/** How a flow did in the last 30 days. */
export interface Trend {
  /** Executions by day, the oldest first. */
  counts: number[]
  total: number
  /** Completed of those that ended, from 0 to 1; undefined: none ended. */
  rate: number | undefined
}

const fresh = { staleTime: 60_000, refetchInterval: 120_000 } as const

/** The trends of all flows by id; undefined until they are there, or when they cannot be had: the list does without. */
export function useTrends(): Map<string, Trend> | undefined {
  return useQueries({
    queries: [
      { queryKey: ['analytics', 'sparklines'], queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics/sparklines', { signal })), ...fresh },
      { queryKey: ['analytics', 'last 30 days'], queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics', { signal })), ...fresh },
    ],
    combine: ([lines, analytics]) => {
      if (!lines.data || !analytics.data) return undefined
      const rates = new Map(analytics.data.flow_statistics.map((flow) => [flow.flow_id, flow.success_rate]))
      return new Map(lines.data.flows.map(({ flow_id, counts }) => {
        const rate = rates.get(flow_id)
        return [flow_id, {
          counts,
          total: counts.reduce((sum, n) => sum + n, 0),
          rate: rate === undefined || rate === '0' ? undefined : Number(rate) / 100,
        }]
      }))
    },
  })
}
