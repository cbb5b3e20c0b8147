import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconFlask, IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api } from '@/api/client'
import { useMe } from '@/api/me'
import type { FlowTest, FlowTestInput } from '@/api/schema'
import { FailureNote } from '@/components/FailureNote'
import { useEditing } from './context'
import { type Draft, inputOf } from './model/draft'
import { contactDataOf, emptyLead, instantIn, leadOfEvent, type TestLead } from './model/trial'
import { contactQuery, leadQuery } from './queries'
import { Outcomes } from './Outcomes'
import { TestLeadForm } from './TestLeadForm'
import { TestResult } from './TestResult'

type OutcomeMap = NonNullable<FlowTestInput['outcomes']>
export type Outcome = OutcomeMap[string]

/** What a test said, and of which draft: the steps' keys in the order tested. */
export interface Tested {
  result: FlowTest
  keys: string[]
}

interface Props {
  /** Id of the lead to begin with. */
  lead: string | undefined
  tested: Tested | null
  onTested: (tested: Tested | null) => void
  /** Saves the flow, for what only a stored flow can do. */
  onSave: () => Promise<unknown>
}

/** Holds the flow, as it stands in the builder, against a lead, without sending anything. */
export default function TestPanel({ lead: leadId, tested, onTested, onSave }: Props) {
  const { t } = useTranslation('builder')
  const { flow, draft, dirty, readOnly, contact, setContact, saving } = useEditing()
  const zone = useMe().time_zone
  const navigate = useNavigate()
  const [lead, setLead] = useState<TestLead>(emptyLead)
  const [at, setAt] = useState('')
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({})
  useLead(leadId, (found) => setLead(found))

  const chosen = Object.fromEntries(draft.steps.flatMap(({ key }, index) => (outcomes[key] ? [[String(index + 1), outcomes[key]]] : []))) as OutcomeMap
  const given = {
    ...(contact ? { contact_id: contact.id } : {}),
    ...(Object.keys(chosen).length > 0 ? { outcomes: chosen } : {}),
  }
  const test = useMutation({
    meta: { quiet: true },
    mutationFn: async (of: Draft) => {
      const data = contactDataOf(lead)
      const when = at ? instantIn(zone, at) : undefined
      const body: FlowTestInput = { ...given, ...(data ? { contact_data: data } : {}), ...(when ? { at: when } : {}), ...(dirty ? { flow: inputOf(of) } : {}) }
      return answer(api.POST('/api/auto-engagement/flows/{id}/test', { params: { path: { id: flow?.id ?? '' } }, body }))
    },
    onSuccess: (result, of) => onTested({ result, keys: of.steps.map(({ key }) => key) }),
    onError: () => onTested(null),
  })
  const run = useMutation({
    meta: { quiet: true },
    mutationFn: () => answer(api.POST('/api/auto-engagement/flows/{id}/test-run', { params: { path: { id: flow?.id ?? '' } }, body: { contact_id: contact?.id ?? '', ...(given.outcomes ? { outcomes: given.outcomes } : {}) } })),
    onSuccess: (execution) => navigate({ to: '/auto-engagement/executions/$id', params: { id: execution.id } }),
  })
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('test.about')}</Text>
      <TestLeadForm lead={lead} onChange={(change) => setLead((now) => ({ ...now, ...change }))} contact={contact} onContact={setContact} at={at} onAt={setAt} />
      <Outcomes outcomes={outcomes} onChange={(key, outcome) => setOutcomes((now) => Object.fromEntries([...Object.entries(now).filter(([other]) => other !== key), ...(outcome ? [[key, outcome] as const] : [])]))} />
      {flow ? (
        <Button leftSection={<IconFlask size={16} />} loading={test.isPending} onClick={() => test.mutate(draft)}>{dirty ? t('test.runDraft') : t('test.run')}</Button>
      ) : (
        <Alert color="blue">
          <Text size="sm" mb="xs">{t('test.saveFirst')}</Text>
          <Button size="xs" loading={saving} onClick={() => void onSave()}>{t('test.save')}</Button>
        </Alert>
      )}
      {test.isError && <FailureNote error={test.error} />}
      {tested && <TestResult tested={tested} stale={tested.keys.join() !== draft.steps.map(({ key }) => key).join()} />}
      {flow && !readOnly && (
        <Stack gap={6} pt="sm" style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
          <Text fw={600}>{t('testRun.title')}</Text>
          <Text size="sm" c="dimmed">{t('testRun.about')}</Text>
          <Group>
            <Button variant="default" leftSection={<IconPlayerPlay size={16} />} disabled={!contact || dirty} loading={run.isPending} onClick={() => run.mutate()}>{t('testRun.start')}</Button>
            <Text size="sm" c="dimmed">{dirty ? t('testRun.dirty') : !contact && t('testRun.noContact')}</Text>
          </Group>
          {run.isError && <FailureNote error={run.error} />}
        </Stack>
      )}
    </Stack>
  )
}

/** Fills the fields once with a lead that came. */
function useLead(id: string | undefined, fill: (lead: TestLead) => void) {
  const { setContact } = useEditing()
  const found = useQuery({ ...leadQuery(id ?? ''), enabled: id !== undefined }).data
  const contactId = found?.contact_id ?? undefined
  const contact = useQuery({ ...contactQuery(contactId ?? ''), enabled: contactId !== undefined }).data
  useEffect(() => {
    if (found) fill(leadOfEvent(found.event))
    // Once for each lead: what is typed after stays.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [found?.id])
  useEffect(() => {
    if (contact) setContact(contact)
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [contact?.id])
}
