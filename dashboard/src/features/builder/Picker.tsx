import { Anchor, Select, type SelectProps, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AnchorLink } from '@/components/links'

export interface Choice {
  value: string
  label: string
  note?: string
}

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  query: Pick<UseQueryResult<unknown>, 'isPending' | 'isError' | 'refetch'>
  choices: Choice[]
  value: string
  onChange: (value: string) => void
  /** Where choices are made when there are none. */
  elsewhere: '/settings' | '/email-templates'
}

/**
 * A choice from a provider's list. A value that the list does not have can be
 * typed: the provider may not be connected yet, or be away.
 */
export function Picker({ query, choices, value, onChange, elsewhere, ...rest }: Props) {
  const { t } = useTranslation('builder')
  const [search, setSearch] = useState('')
  const typed = search.trim()
  const known = new Map(choices.map((choice) => [choice.value, choice]))
  const data = choices.map(({ value, label }) => ({ value, label }))
  if (value && !known.has(value)) data.push({ value, label: value })
  const shown = data.find((one) => one.value === value)?.label
  if (typed && typed !== shown && !data.some((one) => one.value === typed || one.label === typed)) data.push({ value: typed, label: t('picker.use', { value: typed }) })
  const hint = () => {
    if (query.isError)
      return (
        <>
          {t('picker.away')} <AnchorLink to={elsewhere} inherit>{t(`picker.to.${elsewhere}`)}</AnchorLink>{' · '}
          <Anchor component="button" type="button" inherit onClick={() => void query.refetch()}>{t('picker.retry')}</Anchor>
        </>
      )
    if (!query.isPending && choices.length === 0) return <>{t('picker.none')} <AnchorLink to={elsewhere} inherit>{t(`picker.to.${elsewhere}`)}</AnchorLink></>
    if (value && !query.isPending && !known.has(value)) return t('picker.unknown')
    return rest.description
  }
  return (
    <Select {...rest} data={data} value={value || null} onChange={(next) => onChange(next ?? '')} searchable clearable allowDeselect={false}
      placeholder={query.isPending ? t('picker.loading') : t('picker.choose')} searchValue={search} onSearchChange={setSearch}
      clearButtonProps={{ 'aria-label': t('picker.clear') }} nothingFoundMessage={t('picker.nothing')} description={hint()}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          {known.get(option.value)?.note && <Text size="xs" c="dimmed">{known.get(option.value)?.note}</Text>}
        </div>
      )} />
  )
}
