import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/api/me'

/** Numbers and times as the language writes them, times in one zone. */
export function makeFormat(language: string, zone: string) {
  // Indian English groups digits as Indians do, where the zone is theirs.
  const locale = language === 'en' && zone === 'Asia/Kolkata' ? 'en-IN' : language === 'hi' ? 'hi-IN' : language
  const formats = {
    number: new Intl.NumberFormat(locale),
    percent: new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }),
    time: new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(locale, { timeZone: zone, day: 'numeric', month: 'short' }),
    dayOfYear: new Intl.DateTimeFormat(locale, { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' }),
    exact: new Intl.DateTimeFormat(locale, {
      timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric',
      hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
    }),
    // A calendar day by itself has no zone.
    plainDay: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }),
    plainDayShort: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }),
    weekday: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'short' }),
    change: new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
    difference: new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    // The plain calendar day, to tell days apart.
    key: new Intl.DateTimeFormat('en-CA', { timeZone: zone }),
    unit: (unit: 'second' | 'minute' | 'hour' | 'day') => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }),
  }
  const parse = (at: string | Date) => (typeof at === 'string' ? new Date(at) : at)
  return {
    zone,
    number: (n: number) => formats.number.format(n),
    /** Of a share from 0 to 1. */
    percent: (share: number) => formats.percent.format(share),
    /** A share with its sign: "+12.5%". */
    change: (share: number) => formats.change.format(share),
    /** A number with its sign. */
    difference: (n: number) => formats.difference.format(n),
    /** A calendar day, YYYY-MM-DD. */
    date: (day: string) => formats.plainDay.format(new Date(day)),
    dateShort: (day: string) => formats.plainDayShort.format(new Date(day)),
    /** From one calendar day to another, both included. */
    dates: (from: string, to: string) => formats.plainDay.formatRange(new Date(from), new Date(to)),
    /** 1 Monday to 7 Sunday. */
    weekday: (n: number) => formats.weekday.format(new Date(Date.UTC(2024, 0, n))), // which began on a Monday
    /** The calendar day that it is in the zone. */
    today: (now = new Date()) => formats.key.format(now),
    /** A day and a time, as short as can be: the time alone today, no year this year. */
    moment(at: string | Date, now = new Date()) {
      const then = parse(at)
      const time = formats.time.format(then)
      if (formats.key.format(then) === formats.key.format(now)) return time
      const sameYear = formats.key.format(then).slice(0, 4) === formats.key.format(now).slice(0, 4)
      return `${(sameYear ? formats.day : formats.dayOfYear).format(then)}, ${time}`
    },
    day: (at: string | Date) => formats.dayOfYear.format(parse(at)),
    /** With seconds and the zone, for hovering. */
    exact: (at: string | Date) => formats.exact.format(parse(at)),
    /** "5 minutes ago", "in 2 hours". */
    ago(at: string | Date, now = new Date()) {
      const seconds = (parse(at).getTime() - now.getTime()) / 1000
      const size = Math.abs(seconds)
      if (size < 60) return formats.relative.format(Math.round(seconds), 'second')
      if (size < 3600) return formats.relative.format(Math.round(seconds / 60), 'minute')
      if (size < 86_400) return formats.relative.format(Math.round(seconds / 3600), 'hour')
      return formats.relative.format(Math.round(seconds / 86_400), 'day')
    },
    /** A length of time of this many seconds, in its greatest units: "2 hr 5 min". */
    duration(seconds: number) {
      if (seconds < 60) return formats.unit('second').format(seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds))
      const parts = [
        ['day', Math.floor(seconds / 86_400)],
        ['hour', Math.floor((seconds % 86_400) / 3600)],
        ['minute', Math.floor((seconds % 3600) / 60)],
      ] as const
      return parts.filter(([, n]) => n > 0).slice(0, 2).map(([unit, n]) => formats.unit(unit).format(n)).join(' ')
    },
  }
}

export type Format = ReturnType<typeof makeFormat>

/** Formats for the person's language and the tenant's time zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  const zone = useMe().time_zone
  return useMemo(() => makeFormat(i18n.language, zone), [i18n.language, zone])
}
