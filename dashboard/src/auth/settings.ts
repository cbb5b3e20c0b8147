/** What /config.json says: where the API is, and how people sign in. */
export interface Settings {
  api_base: string
  oidc: {
    authority: string
    client_id: string
    scope: string
    metadata: {
      issuer: string
      authorization_endpoint: string
      token_endpoint: string
      end_session_endpoint?: string
      jwks_uri: string
      userinfo_endpoint?: string
    } | null
  }
}

export async function readSettings(): Promise<Settings> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`/config.json: HTTP ${response.status}`)
  return (await response.json()) as Settings
}
