import { Badge, Button, Group, Pagination, Paper, Select, Switch, Table, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconAlertTriangle, IconMail, IconPlus, IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/api/me'
import type { EmailTemplate } from '@/api/schema'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink, ButtonLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { Page, RowsSkeleton } from '@/components/Page'
import { compact } from '@/lib/search'
import { categoriesQuery, pageSize, templatesQuery, useActivate } from './queries'
import type { TemplateSearch } from './search'

const route = getRouteApi('/email-templates')

/** The e-mails that flows send. */
export function TemplatesPage() {
  const { t } = useTranslation('templates')
  const can = useCan()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const list = useQuery(templatesQuery(search))
  const change = (next: Partial<TemplateSearch>) => void navigate({ search: (now) => compact({ ...now, page: undefined, ...next }), replace: true })
  const create = can('write') && <ButtonLink to="/email-templates/create" leftSection={<IconPlus size={16} />}>{t('create')}</ButtonLink>
  const body = () => {
    if (list.isPending) return <RowsSkeleton />
    if (!list.data) return <FailureNote error={list.error} retry={() => void list.refetch()} />
    const { data: templates } = list.data
    if (templates.length === 0)
      return Object.keys(search).length > 0 ? <Text c="dimmed">{t('nothing')}</Text>
        : <Empty icon={<IconMail />} title={t('emptyTitle')} text={can('write') ? t('emptyText') : t('emptyReader')}>{create}</Empty>
    return <TemplateTable templates={templates} />
  }
  const pages = Math.ceil((list.data?.meta.total ?? 0) / pageSize)
  return (
    <Page title={t('title')} about={t('about')} actions={create}>
      <Filters search={search} onChange={change} onClear={() => void navigate({ search: {} })} />
      {body()}
      {pages > 1 && <Pagination total={pages} value={search.page ?? 1} onChange={(page) => change({ page: page > 1 ? page : undefined })} style={{ alignSelf: 'flex-end' }}
        getControlProps={(control) => ({ 'aria-label': t(`pages.${control}`) })} getItemProps={(page) => ({ 'aria-label': t('pages.number', { page }) })} />}
    </Page>
  )
}

interface FiltersProps {
  search: TemplateSearch
  onChange: (change: Partial<TemplateSearch>) => void
  onClear: () => void
}

function Filters({ search, onChange, onClear }: FiltersProps) {
  const { t } = useTranslation('templates')
  const categories = useQuery(categoriesQuery)
  const [text, setText] = useState(search.search ?? '')
  const look = useDebouncedCallback((wanted: string) => onChange({ search: wanted.trim() || undefined }), 300)
  const active = search.active === undefined ? null : search.active ? 'on' : 'off'
  return (
    <Group gap="xs">
      <TextInput type="search" aria-label={t('search')} placeholder={t('search')} leftSection={<IconSearch size={16} />} value={text} w={{ base: '100%', xs: 260 }}
        onChange={(event) => { setText(event.currentTarget.value); look(event.currentTarget.value) }} />
      <Select aria-label={t('category')} placeholder={t('anyCategory')} clearable searchable value={search.category ?? null} w={{ base: '100%', xs: 200 }}
        data={categories.data ?? (search.category ? [search.category] : [])} onChange={(category) => onChange({ category: category ?? undefined })} />
      <Select aria-label={t('active')} placeholder={t('anyActive')} clearable value={active} w={{ base: '100%', xs: 150 }}
        data={[{ value: 'on', label: t('on') }, { value: 'off', label: t('off') }]} onChange={(value) => onChange({ active: value === null ? undefined : value === 'on' })} />
      {Object.keys(search).some((key) => key !== 'page') && (
        <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={() => { look.cancel(); setText(''); onClear() }}>{t('clear')}</Button>
      )}
    </Group>
  )
}

function TemplateTable({ templates }: { templates: EmailTemplate[] }) {
  const { t } = useTranslation('templates')
  return (
    <Paper withBorder style={{ overflow: 'hidden' }}>
      <Table highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('name')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('category')}</Table.Th>
            <Table.Th visibleFrom="lg">{t('variables')}</Table.Th>
            <Table.Th visibleFrom="sm" w={140}>{t('changed')}</Table.Th>
            <Table.Th w={90}>{t('on')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{templates.map((template) => <TemplateRow key={template.id} template={template} />)}</Table.Tbody>
      </Table>
    </Paper>
  )
}

function TemplateRow({ template }: { template: EmailTemplate }) {
  const { t } = useTranslation('templates')
  const can = useCan()
  const activate = useActivate()
  return (
    <Table.Tr data-testid="template">
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Group gap={6}>
          <AnchorLink to="/email-templates/$id" params={{ id: template.id }} fz="sm" fw={600} c="var(--mantine-color-text)">{template.name}</AnchorLink>
          {template.warnings.length > 0 && (
            <Badge size="xs" variant="light" color="yellow" leftSection={<IconAlertTriangle size={10} />} title={template.warnings.map((one) => one.message).join('\n')}>
              {template.warnings.length}<VisuallyHidden> {t('warnings')}</VisuallyHidden>
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" lineClamp={1}>{template.subject}</Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{template.category ?? '–'}</Table.Td>
      <Table.Td visibleFrom="lg"><Text size="xs" ff="monospace" lineClamp={2}>{template.variables.join(', ') || '–'}</Text></Table.Td>
      <Table.Td visibleFrom="sm"><Moment at={template.updated_at} /></Table.Td>
      <Table.Td>
        <Switch checked={activate.isPending ? activate.variables.on : template.is_active} disabled={!can('write')} withThumbIndicator={false} aria-label={t('activate', { name: template.name })}
          onChange={(event) => activate.mutate({ id: template.id, version: template.version, on: event.currentTarget.checked })} />
      </Table.Td>
    </Table.Tr>
  )
}
