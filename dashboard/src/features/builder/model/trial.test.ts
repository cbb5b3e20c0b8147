import { expect, test } from 'vitest'
import { contactDataOf, emptyLead, instantIn, leadOfEvent } from './trial'

test.each([
  ['Asia/Kolkata', '2026-02-05T10:00', '2026-02-05T04:30:00.000Z'],
  ['America/New_York', '2026-07-01T09:30', '2026-07-01T13:30:00.000Z'],
  ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'], // twice that night: the first
  ['Pacific/Auckland', '2026-01-01T00:00', '2025-12-31T11:00:00.000Z'],
])('%s %s is %s', (zone, local, instant) => {
  expect(instantIn(zone, local)).toBe(instant)
})

test('a half-typed time is none', () => {
  expect(instantIn('UTC', '2026-02-')).toBeUndefined()
})

test('only what is said is sent; values are what they say', () => {
  expect(contactDataOf(emptyLead)).toBeUndefined()
  expect(contactDataOf({ ...emptyLead, leadSource: 'IndiaMART', tags: ['hot'], customFields: [{ name: 'budget', value: '250000' }, { name: 'plan', value: 'gold' }, { name: ' ', value: 'x' }] }))
    .toEqual({ lead_source: 'IndiaMART', tags: ['hot'], custom_fields: { budget: 250000, plan: 'gold' } })
})

test('a lead that came fills the fields, and goes out as it came in', () => {
  const contact = { name: 'Asha Rao', phone: '+919845012345', tags: ['hot'], custom_fields: { budget: 250000, plan: 'gold' } }
  const lead = leadOfEvent({ specversion: '1.0', data: { contact, lead_source: 'IndiaMART', entry_type: 'webhook' } })
  expect(contactDataOf(lead)).toEqual({ ...contact, lead_source: 'IndiaMART', entry_type: 'webhook' })
  expect(leadOfEvent('nonsense')).toEqual(emptyLead)
})
