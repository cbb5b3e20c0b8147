import { useTranslation } from 'react-i18next'
import type { ActionLog } from '@/api/schema'
import { isStepType } from '@/domain/steps'
import { useFormat } from '@/i18n/format'
import en from './messages.en'

/** What result_data may hold, of any kind of step; the server's document says which holds what. */
interface Result {
  call_outcome?: string
  call_detail?: string | null
  duration_seconds?: number | null
  recording_url?: string
  transcript_ref?: string
  status?: string
  to_phone?: string
  to_email?: string
  subject?: string
  complained?: boolean
  duration_minutes?: number
  simulated?: boolean
  evidence?: Evidence
}

/** By which rule a step was skipped or put off. */
export interface Evidence {
  rule: string
  checked_at?: string
  channel?: string
  tag?: string
  kind?: string
  value?: string
  covers?: string
  reason?: string
  window?: { start: string; end: string }
  time_zone?: string
  zone_from?: string
  local_time?: string
  opens_at?: string
}

const isOneOf = <M extends object>(messages: M, key: string | null | undefined): key is Extract<keyof M, string> => typeof key === 'string' && key in messages

export const resultOf = (log: ActionLog): Result => (typeof log.result_data === 'object' && log.result_data !== null ? (log.result_data as Result) : {})

/** The address if a browser may be sent there. */
export function webAddress(text: string | undefined): string | undefined {
  return text && /^https?:\/\//i.test(text) ? text : undefined
}

// The server begins so when a step's condition did not hold.
const conditional = /^(call_outcome|previous_action_status):/

/** Says in words what came of one attempt at a step. The first one is the shortest account. */
export function useResultWords() {
  const { t } = useTranslation('executions')
  const format = useFormat()
  return (log: ActionLog): string[] => {
    const result = resultOf(log)
    const to = result.to_phone || result.to_email || ''
    const words: (string | false | undefined | null)[] = []
    if (conditional.test(log.skip_reason ?? '')) words.push(t('result.conditionNotMet'))
    if (isOneOf({ answered: 0, missed: 0, failed: 0, initiated: 0 }, result.call_outcome)) {
      const said = result.call_detail === 'completed' || result.call_detail === result.call_outcome
      const detail = said ? '' : isOneOf(en.detail, result.call_detail) ? t(`detail.${result.call_detail}`) : result.call_detail?.replaceAll('_', ' ')
      words.push(t(`result.${result.call_outcome}`) + (detail ? ` (${detail})` : ''))
      words.push(!!result.duration_seconds && t('result.duration', { time: format.duration(result.duration_seconds) }))
    }
    if (result.simulated) {
      words.push(t('result.simulated'), to && t('result.wouldSend', { to }))
    } else if (isOneOf({ sent: 0, delivered: 0, read: 0 }, result.status)) {
      words.push(t(`result.${result.status}`, { to }))
    }
    if (log.action_type === 'wait' && log.status === 'success' && result.duration_minutes) words.push(t('result.waited', { time: format.duration(result.duration_minutes * 60) }))
    if (log.status !== 'success' && log.planned_for && !log.completed_at) words.push(t('result.waiting', { at: format.moment(log.planned_for) }))
    words.push(result.subject && t('result.subject', { subject: result.subject }), result.complained && t('result.complained'))
    return words.filter((one) => typeof one === 'string' && one !== '') as string[]
  }
}

/** Says in words by which rule a step was skipped or put off. */
export function useEvidenceWords() {
  const { t } = useTranslation(['executions', 'common'])
  const format = useFormat()
  const channel = (name: string | undefined) => (name && isStepType(name) ? t(`common:step.${name}`) : t('evidence.everything'))
  return (e: Evidence): string[] => {
    const words: string[] = []
    const { value = '', local_time: time = '' } = e
    const email = e.kind === 'email'
    if (e.rule === 'dnc') words.push(t('evidence.dnc', { tag: e.tag ?? 'DNC' }))
    else if (e.rule === 'suppression') words.push(t('evidence.suppression', { value, covers: channel(e.covers), why: e.reason ? ` (${e.reason})` : '' }))
    else if (e.rule === 'unusable_address' && !e.value) words.push(t(email ? 'evidence.no_email' : 'evidence.no_phone'))
    else if (e.rule === 'unusable_address') words.push(t(email ? 'evidence.unusable_email' : 'evidence.unusable_phone', { value }))
    else if (e.rule === 'contact_window') {
      const from = isOneOf(en.evidence.zoneFrom, e.zone_from) ? ` (${t(`evidence.zoneFrom.${e.zone_from}`)})` : ''
      words.push(t('evidence.contact_window', { time, zone: (e.time_zone ?? '') + from, from: e.window?.start.slice(0, 5) ?? '', to: e.window?.end.slice(0, 5) ?? '' }))
      if (e.opens_at) words.push(t('evidence.opensAt', { at: format.exact(e.opens_at) }))
    } else words.push(e.rule.replaceAll('_', ' '))
    if (e.checked_at) words.push(t('evidence.checkedAt', { at: format.exact(e.checked_at) }))
    return words
  }
}

/** Says in a line what a step is set to do. */
export function useConfigWords() {
  const { t } = useTranslation('executions')
  const format = useFormat()
  return (config: { duration_minutes?: number; wait_until_business_hours?: boolean | null; max_retries?: number | null; template_id?: string; subject_override?: string | null }): string => {
    const words = [
      config.duration_minutes && t('config.minutes', { time: format.duration(config.duration_minutes * 60) }),
      config.wait_until_business_hours && t('config.businessHours'),
      !!config.max_retries && t('config.retries', { count: config.max_retries }),
      config.template_id && t('config.template', { name: config.template_id }),
      config.subject_override,
    ]
    return words.filter(Boolean).join(', ')
  }
}
