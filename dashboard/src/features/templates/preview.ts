import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '@/api/client'
import { Failure } from '@/api/failure'
import type { Preview } from '@/api/schema'
import type { Draft } from './draft'

export interface LivePreview {
  /** The newest that could be rendered. */
  shown: Preview | undefined
  failure: Failure | undefined
  busy: boolean
  retry: () => void
}

/** Renders the draft a moment after the last stroke; what cannot be rendered leaves the last picture standing. */
export function useLivePreview(draft: Draft, contact: string | null): LivePreview {
  const { subject, html, body_text } = draft
  const [asked] = useDebouncedValue(JSON.stringify({ subject, html, body_text, ...(contact ? { contact_id: contact } : {}) }), 350)
  const query = useQuery({
    queryKey: ['templates', 'preview', asked],
    queryFn: ({ signal }) => answer(api.POST('/api/email-templates/preview', { body: JSON.parse(asked) as { subject: string }, signal })),
    staleTime: 30_000,
    gcTime: 60_000,
  })
  const [last, setLast] = useState<Preview>()
  if (query.data && query.data !== last) setLast(query.data)
  return {
    shown: query.data ?? last,
    failure: query.error instanceof Failure ? query.error : undefined,
    busy: query.isFetching,
    retry: () => void query.refetch(),
  }
}
