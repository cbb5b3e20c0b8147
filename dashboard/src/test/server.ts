import { http, HttpResponse, type DefaultBodyType } from 'msw'
import { setupServer } from 'msw/node'

const origin = window.location.origin
const root = origin + '/api'

export const server = setupServer()

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'

/** A request that the application made: its body is parsed, if it has one. */
export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: Headers
  body: unknown
}

type Give = (asked: Asked) => DefaultBodyType | Response | Promise<DefaultBodyType | Response>

/**
 * Answers requests to a path under /api, like `auto-engagement/flows/:id`, and
 * returns those that came. What `give` returns is the whole body.
 */
export function onRequest(method: Method, path: string, give: Give): Asked[] {
  const asked: Asked[] = []
  server.use(
    http[method](`${root}/${path}`, async ({ request }) => {
      const text = await request.text()
      const url = new URL(request.url)
      const one = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body: text ? (JSON.parse(text) as unknown) : undefined }
      asked.push(one)
      const given = await give(one)
      return given instanceof Response ? given : HttpResponse.json(given)
    }),
  )
  return asked
}

/** The envelopes of the contract. */
export const success = <D>(data: D) => ({ success: true, data })
export const list = <D>(data: D[], meta: object = {}) => ({ success: true, data, meta: { total: data.length, limit: 50, offset: 0, next_cursor: null, ...meta } })
export const message = (text: string) => ({ success: true, message: text })
export const failure = (status: number, error: string, details?: object[]) =>
  HttpResponse.json({ success: false, error, request_id: 'req-1', ...(details ? { details } : {}) }, { status })
