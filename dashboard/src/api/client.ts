import createClient from 'openapi-fetch'
import { Failure, failureOf } from './failure'
import type { paths } from './schema'

interface Settings {
  /** The API's origin; '' is the page's own. */
  base: string
  /** The access token to send, or undefined when nobody is signed in. */
  token: () => Promise<string | undefined>
  /** Called when the server does not take the token. */
  refused: () => void
}

let settings: Settings = { base: '', token: async () => undefined, refused: () => {} }

/** Tells the client where the API is and who asks; called once, when the application starts. */
export function configureApi(given: Settings) {
  settings = given
}

/**
 * The API, typed by its OpenAPI document. Calls go through `answer` or
 * `answerList`, which throw what failed:
 *
 *     const flow = await answer(api.GET('/api/auto-engagement/flows/{id}', { params: { path: { id } } }))
 */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that tests can stand in.
  fetch: (request) => globalThis.fetch(request),
})

api.use({
  async onRequest({ request }) {
    const token = await settings.token()
    const headers = new Headers(request.headers)
    if (token) headers.set('Authorization', `Bearer ${token}`)
    return new Request(request.url.replace(window.location.origin, settings.base || window.location.origin), {
      ...(request.body ? { body: await request.text() } : {}),
      method: request.method,
      headers,
      signal: request.signal,
    })
  },
  onResponse({ response }) {
    if (response.status === 401) settings.refused()
  },
})

interface Called<B> {
  data?: B
  error?: unknown
  response: Response
}

async function called<B>(call: Promise<Called<B>>): Promise<B> {
  let result: Called<B>
  try {
    result = await call
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Failure(0, '')
  }
  if (!result.response.ok || result.data === undefined) throw failureOf(result.response, result.error)
  return result.data
}

/** The `data` of an answer, or a Failure. */
export async function answer<D>(call: Promise<Called<{ data: D }>>): Promise<D> {
  return (await called(call)).data
}

/** What `meta` of a list says: keyset lists have a cursor, others a count. */
export interface ListMeta {
  total?: number
  total_capped?: boolean
  limit?: number
  offset?: number
  next_cursor?: string | null
}

/** A list with its meta, or a Failure. */
export async function answerList<D>(call: Promise<Called<{ data: D[]; meta: object }>>): Promise<{ data: D[]; meta: ListMeta }> {
  const { data, meta } = await called(call)
  return { data, meta }
}

/** Waits for an answer without data, as of a delete; throws a Failure. */
export async function done(call: Promise<Called<unknown>>): Promise<void> {
  await called(call)
}
