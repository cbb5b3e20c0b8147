import { Autocomplete, Flex, NumberInput, Select, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useField } from './context'
import { type ConditionType, type DraftCondition, namesField, type Operator, takesValue } from './model/draft'
import { conditionTypes, contactFields, operatorsOf, suggestionsFor } from './model/operators'
import { suggestionsQuery } from './queries'

const ListValue = lazy(() => import('./ListValue'))

interface Props {
  condition: DraftCondition
  onChange: (change: Partial<DraftCondition>) => void
}

/** One condition: what of the lead, compared how, with what. */
export function ConditionRow({ condition, onChange }: Props) {
  const { t } = useTranslation('builder')
  const field = useField()
  const { type, operator } = condition
  const at = (name: string) => `conditions.${condition.key}.${name}`
  const setType = (next: ConditionType) => {
    const fits = operatorsOf(next, 'equals').some(({ operators }) => operators.includes(operator))
    onChange({ type: next, field: namesField(next) && next === 'contact_field' ? 'city' : '', ...(fits ? {} : { operator: 'equals' }) })
  }
  return (
    <Flex gap="xs" wrap="wrap" align="flex-start">
      <Select aria-label={t('conditions.what')} w={{ base: '100%', sm: 175 }} allowDeselect={false} data={conditionTypes.map((value) => ({ value, label: t(`conditionType.${value}`) }))}
        value={type} onChange={(value) => value && setType(value as ConditionType)} {...field(at('condition_type'))} />
      {type === 'custom_field' && <CustomFieldName value={condition.field} onChange={(name) => onChange({ field: name })} {...field(at('custom_field_name'))} />}
      {type === 'contact_field' && (
        <Select aria-label={t('conditions.contactField')} w={{ base: '100%', sm: 165 }} allowDeselect={false} data={contactFields.map((value) => ({ value, label: t(`contactField.${value}`) }))}
          value={condition.field || null} onChange={(value) => onChange({ field: value ?? '' })} {...field(at('custom_field_name'))} />
      )}
      <Select aria-label={t('conditions.how')} w={{ base: '100%', sm: 190 }} allowDeselect={false} searchable maxDropdownHeight={320}
        data={operatorsOf(type, operator).map(({ group, operators }) => ({ group: t(`operatorGroup.${group}`), items: operators.map((value) => ({ value, label: t(`operator.${value}`) })) }))}
        value={operator} onChange={(value) => value && onChange({ operator: value as Operator })} {...field(at('condition_operator'))} />
      {takesValue(operator) && <Value condition={condition} onChange={(value) => onChange({ value })} {...field(at('condition_value'))} />}
    </Flex>
  )
}

interface Field {
  error: string | undefined
  onBlur: () => void
}

function CustomFieldName({ value, onChange, ...field }: Field & { value: string; onChange: (name: string) => void }) {
  const { t } = useTranslation('builder')
  const names = useQuery(suggestionsQuery('custom_field'))
  const data = ['tags', ...(names.data ?? []).map((one) => one.value).filter((name) => name !== 'tags')]
  return <Autocomplete aria-label={t('conditions.customField')} placeholder={t('conditions.customField')} w={{ base: '100%', sm: 165 }} maxLength={255} data={data} value={value} onChange={onChange} {...field} />
}

/** The value, in the field that fits the operator; with values seen before where they are known. */
function Value({ condition, onChange, ...field }: Field & { condition: DraftCondition; onChange: (value: string) => void }) {
  const { t } = useTranslation('builder')
  const { operator, value } = condition
  const from = suggestionsFor(condition)
  const [search] = useDebouncedValue(value, 250)
  const list = operator === 'in' || operator === 'not_in'
  const seen = useQuery({ ...suggestionsQuery(from ?? 'lead_source', list ? '' : search.trim()), enabled: from !== undefined })
  const data = from ? (seen.data ?? []).map((one) => one.value) : []
  const common = { 'aria-label': t('conditions.value'), ...field, style: { flex: '1 1 180px' } }
  switch (operator) {
    case 'in':
    case 'not_in':
      return <Suspense fallback={<Skeleton h={36} style={common.style} />}><ListValue {...common} data={data} value={value} onChange={onChange} /></Suspense>
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return <NumberInput {...common} value={value} onChange={(next) => onChange(String(next))} placeholder="0" />
    case 'between': {
      const [low = '', high = ''] = value.split(',').map((part) => part.trim())
      const set = (a: string, b: string) => onChange(a === '' && b === '' ? '' : `${a},${b}`)
      return (
        <Flex gap="xs" style={common.style}>
          <NumberInput aria-label={t('conditions.low')} value={low} onChange={(next) => set(String(next), high)} error={field.error} onBlur={field.onBlur} placeholder={t('conditions.low')} style={{ flex: 1 }} />
          <NumberInput aria-label={t('conditions.high')} value={high} onChange={(next) => set(low, String(next))} error={Boolean(field.error)} onBlur={field.onBlur} placeholder={t('conditions.high')} style={{ flex: 1 }} />
        </Flex>
      )
    }
    case 'before':
    case 'after':
      // A time, which the API takes too, is kept as the text that it is.
      return <TextInput {...common} type={value.length > 10 ? 'text' : 'date'} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    case 'within_last_days':
      return <NumberInput {...common} value={value} min={1} allowDecimal={false} onChange={(next) => onChange(String(next))} suffix={' ' + t('unit.days')} />
    default:
      return from
        ? <Autocomplete {...common} data={data} value={value} maxLength={255} onChange={onChange} placeholder={t('conditions.valueHint')} />
        : <TextInput {...common} value={value} maxLength={255} onChange={(event) => onChange(event.currentTarget.value)} placeholder={t('conditions.valueHint')} />
  }
}
