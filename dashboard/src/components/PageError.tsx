import { Button, Stack, Text, Title } from '@mantine/core'
import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ButtonLink } from './links'
import { FailureNote } from './FailureNote'

// What browsers say when a file of an earlier release is gone.
const gone = /dynamically imported module|module script failed|preload CSS/i

/** Stands in for a page that failed: the menu stays, and the page can be tried again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation()
  const router = useRouter()
  const queries = useQueryErrorResetBoundary()
  if (error instanceof Error && gone.test(error.message))
    return (
      <Stack align="flex-start">
        <Text>{t('failure.newVersion')}</Text>
        <Button onClick={() => window.location.reload()}>{t('failure.reload')}</Button>
      </Stack>
    )
  return (
    <FailureNote error={error} title={t('failure.page')}
      retry={() => {
        queries.reset()
        reset()
        void router.invalidate()
      }} />
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Stack align="flex-start">
      <Title order={1} size="h2">{t('failure.notFound')}</Title>
      <Text c="dimmed">{t('failure.notFoundText')}</Text>
      <ButtonLink to="/auto-engagement">{t('failure.home')}</ButtonLink>
    </Stack>
  )
}
