import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, api } from '@/api/client'
import type { Days } from './search'

const common = { placeholderData: keepPreviousData, staleTime: 30_000, refetchInterval: 60_000 } as const

export const overviewQuery = (days: Days, flow_id?: string) =>
  queryOptions({
    queryKey: ['analytics', 'overview', days, flow_id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics/overview', { params: { query: { ...days, flow_id } }, signal })),
    ...common,
  })

export const analyticsQuery = (days: Days, flow_id?: string) =>
  queryOptions({
    queryKey: ['analytics', 'all', days, flow_id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics', { params: { query: { ...days, flow_id } }, signal })),
    ...common,
  })

export const funnelQuery = (days: Days, flow_id: string) =>
  queryOptions({
    queryKey: ['analytics', 'funnel', days, flow_id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics/funnel', { params: { query: { ...days, flow_id } }, signal })),
    ...common,
  })

export const channelsQuery = (days: Days, flow_id?: string) =>
  queryOptions({
    queryKey: ['analytics', 'channels', days, flow_id],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics/channels', { params: { query: { ...days, flow_id } }, signal })),
    ...common,
  })

export const heatmapQuery = (days: Days) =>
  queryOptions({
    queryKey: ['analytics', 'heatmap', days],
    queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/analytics/heatmap', { params: { query: { ...days, metric: 'answered' as const } }, signal })),
    ...common,
  })
