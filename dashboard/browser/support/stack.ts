import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type Role = 'owner' | 'admin' | 'manager' | 'agent' | 'viewer'

interface Person {
  email: string
  password: string
  role: Role
}

/** A tenant of the local stack with its accounts at the providers. */
export interface Tenant {
  id: string
  name: string
  tokens: { owner: string; viewer: string }
  agent_id: string
  phone_number_id: string
  whatsapp_phone_number_id: string
  mail_template: string
  users: Person[]
}

/** What stack.json says of a local stack, as far as it is needed here. */
export interface Stack {
  api_url: string
  database_url: string
  sandbox_url: string
}

const file = () => {
  const name = process.env.AEF_STACK_JSON
  if (!name) throw new Error('AEF_STACK_JSON is not set: `make browser` starts a stack and runs these tests on it')
  return name
}

export const readStack = (): Stack => JSON.parse(readFileSync(file(), 'utf8')) as Stack

/** Adds a tenant of this name, with somebody of each role. */
export function addTenant(name: string): Tenant {
  const program = process.env.AEF_STACK_BIN ?? '../.build/stack'
  return JSON.parse(execFileSync(program, ['-dir', dirname(file()), 'tenant', '-name', name], { encoding: 'utf8' })) as Tenant
}
