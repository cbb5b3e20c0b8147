import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { leadQuery } from '@/api/leads'
import type { Execution } from '@/api/schema'
import { DecisionExplained, decisionOf } from '@/components/decision'
import { FailureNote } from '@/components/FailureNote'
import { RowsSkeleton } from '@/components/Page'

/** "Why this flow?": the decision of the lead that started the execution. */
export function Why({ execution }: { execution: Execution }) {
  const { t } = useTranslation('executions')
  if (!execution.lead_id) return <Text size="sm" c="dimmed">{t(execution.is_test_run ? 'why.test' : 'why.none')}</Text>
  return <LeadDecision lead={execution.lead_id} flowId={execution.flow_id} />
}

function LeadDecision({ lead, flowId }: { lead: string; flowId: string | null }) {
  const { t } = useTranslation('executions')
  const { data, error, isPending, refetch } = useQuery(leadQuery(lead))
  if (isPending) return <RowsSkeleton rows={2} />
  if (!data) return <FailureNote error={error} retry={() => void refetch()} />
  const decision = decisionOf(data.decision)
  return (
    <Stack gap="sm">
      {decision ? <DecisionExplained decision={decision} flowId={flowId} lead={lead} /> : <Text size="sm" c="dimmed">{t('why.noDecision')}</Text>}
    </Stack>
  )
}
