import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/app.css'
import './app/nonce'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider } from 'react-oidc-context'
import { configureApi } from './api/client'
import { makeQueryClient } from './api/queries'
import { Providers } from './app/Providers'
import { makeRouter } from './app/routes'
import { SignOutContext } from './app/signOut'
import { makeUserManager, type Return, signOutArguments } from './auth/session'
import { readSettings } from './auth/settings'
import { SignInGate } from './auth/SignInGate'
import { toastFailure } from './components/toasts'
import { startI18n } from './i18n'

const [settings] = await Promise.all([readSettings(), startI18n()])
const users = makeUserManager(settings)
const queries = makeQueryClient(toastFailure)

// The server's refusal of the token, told to React.
let refused = false
const listeners = new Set<() => void>()
configureApi({
  base: settings.api_base,
  token: async () => (await users.getUser())?.access_token,
  refused: () => {
    refused = true
    listeners.forEach((tell) => tell())
  },
})
const subscribe = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

async function signOut() {
  queries.clear()
  if (settings.oidc.authority) return users.signoutRedirect(signOutArguments(settings))
  await users.removeUser()
}

function Pages() {
  const [router] = useState(() => makeRouter({ queries }))
  return <RouterProvider router={router} />
}

function Application() {
  return (
    <SignInGate ready={settings.oidc.authority !== ''} refused={useSyncExternalStore(subscribe, () => refused)}>
      <SignOutContext value={signOut}>
        <Pages />
      </SignOutContext>
    </SignInGate>
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no root')
createRoot(root).render(
  <StrictMode>
    <Providers queries={queries}>
      <AuthProvider
        userManager={users}
        onSigninCallback={(user) => {
          window.history.replaceState({}, '', (user?.state as Return | undefined)?.to ?? '/dashboard/auto-engagement')
        }}>
        <Application />
      </AuthProvider>
    </Providers>
  </StrictMode>,
)
