import { QueryClient } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { meQuery } from '@/api/me'
import { Providers } from '@/app/Providers'
import { loadMessages } from '@/i18n'
import { me } from '@/test/fixtures'
import { FlowCanvas } from '.'
import type { CanvasAction, FlowCanvasProps } from './types'

const call: CanvasAction = { action_type: 'ai_call', action_config: {}, condition_type: null, condition_value: null, label: 'AI call', detail: 'Priya calls' }
const message: CanvasAction = { action_type: 'whatsapp_message', action_config: {}, condition_type: 'call_outcome', condition_value: 'missed', label: 'WhatsApp message', detail: 'hello' }
const wait: CanvasAction = { action_type: 'wait', action_config: {}, condition_type: null, condition_value: null, label: 'Wait', detail: '1h' }

/** The canvas with a parent that remembers what is selected. */
function Parent(props: FlowCanvasProps) {
  const [selected, setSelected] = useState(props.selected ?? null)
  return <FlowCanvas {...props} selected={selected} onSelect={props.onSelect && ((index) => { setSelected(index); props.onSelect?.(index) })} />
}

/** Clicks without the mouse going down, at which the library wants to know its window, which user-event leaves out. */
function press(button: HTMLElement) {
  button.focus()
  fireEvent.click(button)
}

async function setup(props: Partial<FlowCanvasProps> = {}) {
  await loadMessages('flowcanvas')
  const queries = new QueryClient()
  queries.setQueryData(meQuery.queryKey, me)
  const view = render(<Providers queries={queries}><Parent actions={[call, message, wait]} {...props} /></Providers>)
  await screen.findByText('1. AI call')
  return { ...view, user: userEvent.setup() }
}

test('without handlers it is a drawing: nothing to press, nothing to add', async () => {
  await setup()
  expect(await screen.findByText('if the last call was missed')).toBeInTheDocument()
  expect(screen.getByText('else')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: /Step|Delete|Add|AI call/ })).not.toBeInTheDocument()
})

test('what became of each step is told in words, not by colour alone', async () => {
  await setup({ path: [{ index: 0, state: 'success', note: 'no answer' }, { index: 1, state: 'skipped' }, { index: 2, state: 'running' }] })
  expect(screen.getByText('Done')).toBeInTheDocument()
  expect(screen.getByText('Skipped')).toBeInTheDocument()
  expect(screen.getByText('Running')).toBeInTheDocument()
  expect(screen.getByText(/no answer/)).toBeInTheDocument()
})

test('what is wrong with a step is said at the step', async () => {
  await setup({ issues: { 1: 'Choose a template' } })
  expect(screen.getByText('Choose a template')).toBeInTheDocument()
})

test('the arrow keys move the selection, and stop at both ends', async () => {
  const onSelect = vi.fn()
  const { user } = await setup({ onSelect })
  press(screen.getByRole('button', { name: /^1\. AI call/ }))
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}')
  expect(onSelect.mock.calls).toEqual([[0], [1], [2]])
  expect(screen.getByRole('button', { name: /^3\. Wait/ })).toHaveFocus()
  expect(screen.getByRole('button', { name: /^3\. Wait/ })).toHaveAttribute('aria-pressed', 'true')
})

test('one step at a time is on the tab key', async () => {
  await setup({ onSelect: vi.fn(), selected: 1 })
  const tabs = screen.getAllByRole('button', { name: /^\d\./ }).map((button) => button.tabIndex)
  expect(tabs).toEqual([-1, 0, -1])
})

test('alt with an arrow key moves a step, and not past the ends', async () => {
  const onMove = vi.fn()
  const { user } = await setup({ onSelect: vi.fn(), onMove })
  press(screen.getByRole('button', { name: /^2\. WhatsApp/ }))
  await user.keyboard('{Alt>}{ArrowUp}{/Alt}')
  expect(onMove.mock.calls).toEqual([[1, 0]])
  press(screen.getByRole('button', { name: /^3\. Wait/ }))
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
  expect(onMove).toHaveBeenCalledTimes(1)
})

test('a step is deleted by key and by its button', async () => {
  const onRemove = vi.fn()
  const { user } = await setup({ onSelect: vi.fn(), onRemove })
  press(screen.getByRole('button', { name: /^2\. WhatsApp/ }))
  await user.keyboard('{Delete}')
  press(screen.getByRole('button', { name: 'Delete step 3: Wait' }))
  expect(onRemove.mock.calls).toEqual([[1], [2]])
})

test('keys do nothing that no handler is given for', async () => {
  const onSelect = vi.fn()
  const { user } = await setup({ onSelect })
  press(screen.getByRole('button', { name: /^2\. WhatsApp/ }))
  await user.keyboard('{Delete}{Alt>}{ArrowUp}{/Alt}')
  expect(onSelect.mock.calls).toEqual([[1]])
})

test('a step is added where its "+" is', async () => {
  const onAdd = vi.fn()
  const { user } = await setup({ onAdd })
  expect(screen.getAllByRole('button', { name: /^Add a step/ })).toHaveLength(4)
  press(screen.getByRole('button', { name: 'Add a step at place 2' }))
  await user.click(await screen.findByRole('menuitem', { name: 'E-mail' }))
  expect(onAdd.mock.calls).toEqual([[1, 'email']])
})
