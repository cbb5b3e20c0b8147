import { expect, test } from 'vitest'
import { contact } from './fixtures'
import { changeOf, valuesOf } from './values'

test('only what changed is sent, and an emptied field is null', () => {
  const before = contact(1, { company: 'Acme', tags: ['hot'] })
  expect(changeOf(before, valuesOf(before))).toEqual({})
  expect(changeOf(before, { ...valuesOf(before), name: ' Asha R ', company: '', tags: ['hot', 'new'] })).toEqual({ name: 'Asha R', company: null, tags: ['hot', 'new'] })
})

test('custom fields keep their kind, go when they are taken away, and follow a new name', () => {
  const before = contact(1, { custom_fields: { budget: 250000, pin: '560001', rooms: [2, 3], gone: true } })
  const values = valuesOf(before)
  values.custom = values.custom.filter(({ name }) => name !== 'gone').map((field) => {
    if (field.name === 'budget') return { ...field, value: '300000' }
    if (field.name === 'pin') return { ...field, value: '560002' }
    if (field.name === 'rooms') return { ...field, name: 'bedrooms' }
    return field
  })
  expect(changeOf(before, values)).toEqual({ custom_fields: { budget: 300000, pin: '560002', bedrooms: '[2,3]', rooms: null, gone: null } })
})

test('of a new contact what is filled is sent', () => {
  expect(changeOf(undefined, { ...valuesOf(), phone: '98450 12345', custom: [{ key: 'a', name: 'budget', value: '5' }, { key: 'b', name: '', value: '' }] })).toEqual({
    phone: '98450 12345', custom_fields: { budget: '5' },
  })
})
