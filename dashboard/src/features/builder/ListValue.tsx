import { TagsInput, type TagsInputProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { joinList, splitList } from './model/operators'

interface Props extends Omit<TagsInputProps, 'value' | 'onChange'> {
  value: string
  onChange: (value: string) => void
}

/** Several values for one condition. */
export default function ListValue({ value, onChange, ...field }: Props) {
  const { t } = useTranslation('builder')
  return <TagsInput {...field} value={splitList(value)} onChange={(values) => onChange(joinList(values))} placeholder={t('conditions.listHint')} splitChars={['\n']} acceptValueOnBlur />
}
