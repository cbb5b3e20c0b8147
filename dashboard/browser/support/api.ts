import { randomUUID } from 'node:crypto'
import createClient from 'openapi-fetch'
import type { paths } from '../../src/api/schema'
import { readStack, type Tenant } from './stack.ts'

/** The HTTP API as a tenant's owner sees it: for what a test needs to be there, and to see what a page has done. */
export const apiOf = (tenant: Tenant) =>
  createClient<paths>({ baseUrl: readStack().api_url, headers: { Authorization: `Bearer ${tenant.tokens.owner}` } })

/**
 * A valid Indian mobile number nobody else has. Its last two digits tell the
 * sandbox how a call ends: 00 answered, 01 no answer, 02 busy, 03 failed, 04 voicemail.
 */
export const phone = (ends = '00') => `+9198${String(100000 + (parseInt(randomUUID().slice(0, 7), 16) % 900000))}${ends}`
