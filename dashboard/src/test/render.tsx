import { createMemoryHistory, RouterProvider } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { AuthProvider } from 'react-oidc-context'
import { configureApi } from '@/api/client'
import type { Me } from '@/api/schema'
import { makeQueryClient } from '@/api/queries'
import { Providers } from '@/app/Providers'
import { makeRouter } from '@/app/routes'
import { makeUserManager } from '@/auth/session'
import { toastFailure } from '@/components/toasts'
import { me } from './fixtures'
import { onRequest, success } from './server'

interface Options {
  /** Who looks; an owner unless told. */
  as?: Partial<Me>
}

/**
 * Opens the application at an address under /dashboard, signed in, with the
 * server that `onRequest` sets up. It is the real router, shell and page.
 */
export function open(path: string, { as }: Options = {}) {
  onRequest('get', 'auto-engagement/me', () => success({ ...me, ...as }))
  configureApi({ base: '', token: async () => 'token', refused: () => {} })
  const queries = makeQueryClient(toastFailure)
  queries.setDefaultOptions({ queries: { retry: false, refetchInterval: false } })
  const router = makeRouter({ queries }, createMemoryHistory({ initialEntries: ['/dashboard' + path] }))
  const users = makeUserManager({ api_base: '', oidc: { authority: 'https://id.example.com', client_id: 'c', scope: 'openid', metadata: null } })
  const user = userEvent.setup()
  const view = render(
    <Providers queries={queries}>
      <AuthProvider userManager={users}>
        <RouterProvider router={router} />
      </AuthProvider>
    </Providers>,
  )
  return { ...view, user, router, queries, address: () => router.history.location.href }
}
