import { expect, test } from 'vitest'
import { emptyDraft, newCondition, newStep } from './draft'
import { refusedBy, stillRefused } from './refused'

const draft = {
  ...emptyDraft(), name: 'A', priority: 3,
  groups: [{ key: 'g', conditions: [newCondition()] }, { key: 'h', conditions: [newCondition()] }], steps: [newStep('wait'), newStep('ai_call')],
}
const [wait, call] = draft.steps

test('the server\'s places become the keys of what was sent there', () => {
  const refused = refusedBy(draft, [
    { field: 'actions[1].action_config.agent_id', message: 'no agent' }, { field: 'trigger_conditions[1].condition_value', message: 'no value' }, { field: 'name', message: 'taken' },
  ], 'no agent')
  expect(stillRefused(draft, refused)).toEqual({
    [`steps.${call?.key}.agent_id`]: 'no agent', [`conditions.${draft.groups[1]?.conditions[0]?.key}.condition_value`]: 'no value', name: 'taken',
  })
})

test('a refusal follows its step, and ends when the step changes', () => {
  const refused = refusedBy(draft, [{ field: 'actions[1].action_config.agent_id', message: 'no agent' }], 'no agent')
  const steps = [call, wait].filter((step) => step !== undefined)
  expect(Object.values(stillRefused({ ...draft, steps }, refused))).toEqual(['no agent'])
  expect(stillRefused({ ...draft, steps: steps.map((step) => ({ ...step, config: { agent_id: 'b' } })) }, refused)).toEqual({})
})

test('a taken priority is refused at its field', () => {
  const refused = refusedBy(draft, [], 'Priority 3 is already assigned to another flow')
  expect(stillRefused(draft, refused)).toEqual({ priority: 'Priority 3 is already assigned to another flow' })
  expect(stillRefused({ ...draft, priority: 4 }, refused)).toEqual({})
})
