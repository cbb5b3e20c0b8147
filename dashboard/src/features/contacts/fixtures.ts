import type { Contact, Suppression } from '@/api/schema'
import { uuid } from '@/test/fixtures'

export function contact(n: number, change: Partial<Contact> = {}): Contact {
  return {
    id: uuid(300 + n), external_id: '', name: `Contact ${n}`, phone: `+9198450123${String(n).padStart(2, '0')}`, phone_valid: true, email: `c${n}@example.com`,
    company: '', city: '', country: 'IN', time_zone: 'Asia/Kolkata', tags: [], custom_fields: {}, do_not_contact: false,
    created_at: '2026-11-22T04:30:00.000Z', updated_at: '2026-11-22T04:30:00.000Z', ...change,
  }
}

export function suppression(n: number, change: Partial<Suppression> = {}): Suppression {
  return {
    id: uuid(700 + n), kind: 'phone', value: `+9198450123${String(n).padStart(2, '0')}`, channel: 'all', reason: 'asked by phone', created_by: null,
    created_at: '2026-11-22T04:30:00.000Z', ...change,
  }
}
