/** One field that the server refused: its path, like `actions[1].action_config.agent_id`, and why. */
export interface Detail {
  field: string
  message: string
}

/**
 * A request that did not succeed, in the server's words. A status of 0 means
 * that no answer came: the person is offline, or the server away.
 */
export class Failure extends Error {
  readonly status: number
  readonly requestId: string
  readonly details: Detail[]

  constructor(status: number, message: string, requestId = '', details: Detail[] = []) {
    super(message)
    this.name = 'Failure'
    this.status = status
    this.requestId = requestId
    this.details = details
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Reads the contract's failure envelope; a body that is none (a gateway's) still becomes a Failure. */
export function failureOf(response: Response, body: unknown): Failure {
  const { error, request_id, details } = (typeof body === 'object' && body !== null ? body : {}) as {
    error?: unknown
    request_id?: unknown
    details?: Detail[]
  }
  return new Failure(
    response.status,
    typeof error === 'string' ? error : `HTTP ${response.status}`,
    typeof request_id === 'string' ? request_id : (response.headers.get('X-Request-Id') ?? ''),
    Array.isArray(details) ? details : [],
  )
}
