import { UserManager, WebStorageStateStore } from 'oidc-client-ts'
import type { Settings } from './settings'

/** Where a person was when they were sent to sign in. */
export interface Return {
  to: string
}

/**
 * Signing in by the authorization code flow with PKCE. The tokens live in
 * sessionStorage, so they end with the tab; they are renewed before they
 * expire. The issuer returns to the origin's root, which leads here.
 */
export function makeUserManager({ oidc }: Settings) {
  const root = window.location.origin + '/'
  return new UserManager({
    authority: oidc.authority,
    client_id: oidc.client_id,
    scope: oidc.scope,
    redirect_uri: root,
    post_logout_redirect_uri: root,
    response_type: 'code',
    ...(oidc.metadata ? { metadata: oidc.metadata } : {}),
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    automaticSilentRenew: true,
    loadUserInfo: false,
  })
}

/** The address to sign out at. Cognito's takes client_id and logout_uri. */
export function signOutArguments({ oidc }: Settings) {
  return { extraQueryParams: { client_id: oidc.client_id, logout_uri: window.location.origin + '/' } }
}
