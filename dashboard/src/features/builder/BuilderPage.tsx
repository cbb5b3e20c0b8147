import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowQuery } from '@/api/flows'
import { FailureNote } from '@/components/FailureNote'
import { Page, PageSkeleton } from '@/components/Page'
import { readyFlows } from '@/domain/readyFlows'
import { Editor } from './Editor'
import { draftOfReady, emptyDraft } from './model/draft'

/** Makes a flow, or changes one. */
export function BuilderPage() {
  const { id } = useParams({ strict: false })
  const { ready, lead } = useSearch({ strict: false }) as { ready?: string; lead?: string }
  return id ? <Edit key={id} id={id} lead={lead} /> : <Create key={ready ?? ''} ready={ready} lead={lead} />
}

function Edit({ id, lead }: { id: string; lead: string | undefined }) {
  const { t } = useTranslation('builder')
  // What is being edited does not change under the person's hands; a save says when another was first.
  const flow = useQuery({ ...flowQuery(id), refetchOnWindowFocus: false, refetchOnReconnect: false })
  const [start] = useState(emptyDraft)
  // A copy read long ago is read again before it is edited.
  const [opened] = useState(() => Date.now())
  if (flow.data && flow.dataUpdatedAt > opened - 10_000) return <Editor flow={flow.data} start={start} keptAs={id} lead={lead} />
  if (flow.isError) return <Page title={t('title')}><FailureNote error={flow.error} retry={() => void flow.refetch()} /></Page>
  return <PageSkeleton />
}

function Create({ ready, lead }: { ready: string | undefined; lead: string | undefined }) {
  const { t } = useTranslation('flows')
  const [start] = useState(() => {
    const found = readyFlows.find((one) => one.id === ready)
    return found ? draftOfReady(found, t(`ready.${found.id}.name`), t(`ready.${found.id}.text`)) : emptyDraft()
  })
  return <Editor flow={undefined} start={start} keptAs={`new.${ready ?? ''}`} lead={lead} />
}
