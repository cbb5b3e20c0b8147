import { useTranslation } from 'react-i18next'
import { isConditional } from './layout'
import en from './messages.en'
import type { CanvasAction } from './types'

const has = <M extends object>(messages: M, key: string): key is Extract<keyof M, string> => key in messages

/** Says a step's condition in words: "if the last call was missed"; '' when it has none. */
export function useStepConditionWords() {
  const { t } = useTranslation('flowcanvas')
  return (action: Pick<CanvasAction, 'condition_type' | 'condition_value'>): string => {
    if (!isConditional(action)) return ''
    const value = action.condition_value ?? ''
    if (action.condition_type === 'call_outcome' && has(en.call, value)) return t(`call.${value}`)
    if (action.condition_type === 'previous_action_status' && has(en.before, value)) return t(`before.${value}`)
    return t('unknown', { type: action.condition_type ?? '', value })
  }
}
