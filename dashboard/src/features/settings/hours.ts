import type { Hours } from '@/api/schema'

/** Weekly hours as a form holds them: times of day as HH:MM, '' for no zone of their own. */
export interface HoursValue {
  open: boolean
  start: string
  end: string
  days: string[]
  time_zone: string
}

export const allDays = ['1', '2', '3', '4', '5', '6', '7']

export function hoursValue(hours: Hours | null, usual: { start: string; end: string }): HoursValue {
  if (!hours) return { open: false, ...usual, days: allDays, time_zone: '' }
  // A time field has no 24:00: midnight at the end is its 00:00.
  const end = hours.end.startsWith('24:00') ? '00:00' : hours.end.slice(0, 5)
  return { open: true, start: hours.start.slice(0, 5), end, days: hours.days.map(String), time_zone: hours.time_zone ?? '' }
}

/** What is saved; null is always open. */
export function hoursOf({ open, start, end, days, time_zone }: HoursValue) {
  if (!open) return null
  return { start, end: end === '00:00' ? '24:00' : end, days: days.map(Number).sort(), time_zone: time_zone || null }
}

/** What keeps hours from being saved. */
export function wrongHours({ open, start, end, days }: HoursValue): 'days' | 'order' | undefined {
  if (!open) return undefined
  if (days.length === 0) return 'days'
  return start === '' || end === '' || (end !== '00:00' && end <= start) ? 'order' : undefined
}
