import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuth } from 'react-oidc-context'
import type { Return } from './session'

/** When this browser last went to sign in by itself, so that it does not go round in circles. */
const wentKey = 'aef.went-to-sign-in'
const again = 15_000

interface Props {
  /** Whether the deployment has an issuer. */
  ready: boolean
  /** Whether the server refused the token in hand. */
  refused: boolean
  children: ReactNode
}

/** Shows the application to those signed in, and takes the others to the issuer. */
export function SignInGate({ ready, refused, children }: Props) {
  const { t } = useTranslation()
  const auth = useAuth()
  const [stuck] = useState(() => Date.now() - Number(sessionStorage.getItem(wentKey) ?? 0) < again)
  const signIn = () => {
    sessionStorage.setItem(wentKey, String(Date.now()))
    const state: Return = { to: window.location.pathname + window.location.search }
    return auth.signinRedirect({ state })
  }
  const signedIn = auth.isAuthenticated && !refused
  const goes = ready && !signedIn && !refused && !auth.isLoading && !auth.activeNavigator && !auth.error && !stuck
  useEffect(() => {
    if (goes) void signIn()
  })
  if (signedIn) return children
  const busy = auth.isLoading || goes || auth.activeNavigator
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack align="center" gap="md" maw={420}>
        <Title order={1} size="h3">{t('app')}</Title>
        {!ready && <Alert color="yellow">{t('signIn.notSetUp')}</Alert>}
        {auth.error && ready && <Alert color="red">{t('signIn.failed', { reason: auth.error.message })}</Alert>}
        {refused && <Text>{t('signIn.refused')}</Text>}
        {busy && ready ? (
          <>
            <Loader />
            <Text c="dimmed">{t('signIn.going')}</Text>
          </>
        ) : (
          ready && <Button onClick={() => void signIn()}>{refused ? t('signIn.again') : t('signIn.button')}</Button>
        )}
      </Stack>
    </Center>
  )
}
