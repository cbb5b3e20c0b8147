import { Button, Code, Group, Menu, Stack, Tabs, Textarea, TextInput, Autocomplete, Switch } from '@mantine/core'
import { IconBraces } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Draft, inserted, type TextField, variables, type Variable, written } from './draft'
import { categoriesQuery } from './queries'

interface Props {
  draft: Draft
  onChange: (change: Partial<Draft>) => void
  problems: Partial<Record<keyof Draft, string>>
  readOnly: boolean
}

/** The texts of a template, in a monospaced hand. */
export function Editor({ draft, onChange, problems, readOnly }: Props) {
  const { t } = useTranslation('templates')
  const categories = useQuery(categoriesQuery)
  const [part, setPart] = useState<'html' | 'body_text'>('html')
  const subject = useRef<HTMLInputElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const insert = (variable: Variable, into: TextField) => {
    const field = into === 'subject' ? subject.current : area.current
    const text = draft[into]
    const { text: next, cursor } = inserted(text, field?.selectionStart ?? text.length, field?.selectionEnd ?? text.length, written(variable, into, t('standIn'), t('unsubscribe')))
    onChange({ [into]: next })
    // After the new text stands there.
    setTimeout(() => {
      field?.focus()
      field?.setSelectionRange(cursor, cursor)
    })
  }
  const hello = `${t('hello')} ${written('first_name', part, t('standIn'), '')},`
  const greeting = { html: `<p>${hello}</p>`, body_text: hello }
  const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-sm)' } }
  return (
    <Stack gap="sm">
      <Group align="flex-start" grow preventGrowOverflow={false} wrap="wrap">
        <TextInput label={t('name')} required withAsterisk={!readOnly} maxLength={255} value={draft.name} readOnly={readOnly} error={problems.name} miw={200}
          onChange={(event) => onChange({ name: event.currentTarget.value })} />
        <Autocomplete label={t('category')} placeholder={t('categoryHint')} maxLength={255} value={draft.category} readOnly={readOnly} error={problems.category} data={categories.data ?? []} miw={160}
          onChange={(category) => onChange({ category })} />
      </Group>
      <Switch label={t('sent')} description={t('sentText')} checked={draft.is_active} disabled={readOnly} onChange={(event) => onChange({ is_active: event.currentTarget.checked })} />
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput ref={subject} label={t('subject')} required withAsterisk={!readOnly} maxLength={998} value={draft.subject} readOnly={readOnly} error={problems.subject} styles={mono} style={{ flexGrow: 1 }}
          onChange={(event) => onChange({ subject: event.currentTarget.value })} />
        {!readOnly && <Insert label={t('insertSubject')} onInsert={(variable) => insert(variable, 'subject')} compact />}
      </Group>
      <Tabs value={part} onChange={(value) => setPart(value === 'body_text' ? 'body_text' : 'html')} keepMounted={false}>
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Tabs.List>
            <Tabs.Tab value="html" c={problems.html ? 'red.8' : undefined}>{t('html')}</Tabs.Tab>
            <Tabs.Tab value="body_text" c={problems.body_text ? 'red.8' : undefined}>{t('body_text')}</Tabs.Tab>
          </Tabs.List>
          {!readOnly && <Insert label={t('insert')} onInsert={(variable) => insert(variable, part)} />}
        </Group>
        {(['html', 'body_text'] as const).map((field) => (
          <Tabs.Panel key={field} value={field} pt="xs">
            <Textarea ref={area} aria-label={t(field)} value={draft[field]} readOnly={readOnly} error={problems[field]} styles={mono} rows={20} resize="vertical" spellCheck={field === 'body_text'}
              placeholder={greeting[field]} description={t(`describe.${field}`)} onChange={(event) => onChange({ [field]: event.currentTarget.value })} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  )
}

function Insert({ label, onInsert, compact }: { label: string; onInsert: (variable: Variable) => void; compact?: boolean }) {
  const { t } = useTranslation('templates')
  return (
    <Menu position="bottom-end" shadow="md" returnFocus={false}>
      <Menu.Target>
        <Button variant="default" size={compact ? 'sm' : 'xs'} px={compact ? 'xs' : undefined} aria-label={label} leftSection={compact ? undefined : <IconBraces size={14} />}>
          {compact ? <IconBraces size={16} /> : t('variable')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {variables.map((variable) => (
          <Menu.Item key={variable} onClick={() => onInsert(variable)}>{t(`of.${variable}`)} <Code>{variable}</Code></Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
