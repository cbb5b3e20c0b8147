import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import type { DraftStep } from './model/draft'
import type { TimeHint } from './model/steps'
import { agentsQuery, emailTemplatesQuery } from './queries'

/** Steps, their conditions and their times in words. */
export function useWords() {
  const { t } = useTranslation(['builder', 'common'])
  const format = useFormat()
  const agents = useQuery(agentsQuery).data
  const templates = useQuery(emailTemplatesQuery).data
  const length = (minutes: number) => format.duration(minutes * 60)
  const condition = (type: string | null | undefined, value: string | null | undefined) => {
    if (!type || type === 'always') return t('when.always')
    return t(`when.${type}.${value}` as 'when.call_outcome.missed', { defaultValue: `${type}: ${value ?? ''}` })
  }
  return {
    length,
    label: (step: DraftStep) => t(`common:step.${step.type}`),
    /** What the step does, in a line; empty while it says nothing. */
    detail({ type, config }: DraftStep): string {
      switch (type) {
        case 'ai_call':
          return [
            agents?.find(({ id }) => id === config.agent_id)?.name ?? config.agent_id,
            config.max_retries ? t('call.upTo', { count: config.max_retries }) : '',
          ].filter(Boolean).join(' · ')
        case 'whatsapp_message':
          return [config.template_id, config.language].filter(Boolean).join(' · ')
        case 'email':
          return templates?.find(({ id }) => id === config.email_template_id)?.name ?? config.email_template_id ?? ''
        case 'wait':
          return [config.duration_minutes ? length(config.duration_minutes) : '', config.wait_until_business_hours ? t('wait.opening') : ''].filter(Boolean).join(', ')
      }
    },
    condition,
    when: (step: DraftStep) => condition(step.conditionType, step.conditionValue),
    time({ from, to, opening }: TimeHint): string {
      const main = to === 0 ? t('time.atOnce')
        : from === to ? t('time.about', { time: length(from) })
          : from === 0 ? t('time.upTo', { time: length(to) })
            : t('time.between', { from: length(from), to: length(to) })
      return opening ? t('time.opening', { time: main }) : main
    },
  }
}
