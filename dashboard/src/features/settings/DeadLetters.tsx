import { Alert, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeadLetterQueue } from '@/api/schema'
import { Empty } from '@/components/Empty'
import { FailureNote } from '@/components/FailureNote'
import { AnchorLink } from '@/components/links'
import { Moment } from '@/components/Moment'
import { RowsSkeleton } from '@/components/Page'
import { useFormat } from '@/i18n/format'
import { deadLettersQuery } from './queries'

/** What can never be worked on: how much of it there is, and what to do. */
export function DeadLetters() {
  const { t } = useTranslation('settings')
  const query = useQuery(deadLettersQuery)
  const body = () => {
    if (query.isPending) return <RowsSkeleton rows={3} />
    if (!query.data) return <FailureNote error={query.error} retry={() => void query.refetch()} />
    if (query.data.every(isEmpty)) return <Empty icon={<IconCircleCheck />} title={t('deadLettersNone')} text={t('deadLettersNoneAbout')} />
    return query.data.map((queue) => <Queue key={queue.name} queue={queue} />)
  }
  return (
    <Stack maw={900}>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" flex="1 1 260px">{t('deadLettersAbout')}</Text>
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} loading={query.isFetching} onClick={() => void query.refetch()}>
          {t('deadLettersRefresh')}
        </Button>
      </Group>
      {query.isError && query.data && <FailureNote error={query.error} />}
      {body()}
    </Stack>
  )
}

// A queue that cannot be read may hold anything.
const isEmpty = ({ messages, refused }: DeadLetterQueue) => messages === 0 && refused.total === 0

function Queue({ queue: { name, messages, problem, refused } }: { queue: DeadLetterQueue }) {
  const { t } = useTranslation('settings')
  const { number } = useFormat()
  return (
    <Paper withBorder p="md" component="section" aria-label={t(`deadQueue.${name}`)}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h4">{t(`deadQueue.${name}`)}</Title>
          <Text size="sm" c="dimmed">{t(`deadHolds.${name}`)}</Text>
        </div>
        {problem && <Alert color="yellow" icon={<IconAlertTriangle />}>{problem}</Alert>}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Figure title={t('deadMessages')} about={t('deadMessagesAbout')}>{messages === null ? t('deadUnknown') : number(messages)}</Figure>
          <Figure title={t('deadOwn')} about={t('deadOwnAbout')}>
            {number(refused.total)}{refused.total_capped && '+'}
            {refused.oldest_at && <Text size="xs" fw={400} mt={4}>{t('deadOldest')}: <Moment at={refused.oldest_at} relative /></Text>}
          </Figure>
        </SimpleGrid>
        <div>
          <Text size="sm" fw={600}>{t('deadDo')}</Text>
          <Text size="sm">{t(`deadAdvice.${name}`)}</Text>
          {refused.total > 0 && <AnchorLink to="/leads" search={{ outcome: 'rejected' }} size="sm">{t('deadSee')}</AnchorLink>}
        </div>
      </Stack>
    </Paper>
  )
}

function Figure({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={title}>
      <Text size="sm" fw={600}>{title}</Text>
      <Text size="xl" fw={700} component="div">{children}</Text>
      <Text size="xs" c="dimmed">{about}</Text>
    </div>
  )
}
