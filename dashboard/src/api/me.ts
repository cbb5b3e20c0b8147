import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, api } from './client'

/** Who is signed in: tenant, role, the tenant's time zone. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => answer(api.GET('/api/auto-engagement/me', { signal })),
  staleTime: 5 * 60_000,
})

/** Inside the shell it is there already; elsewhere this suspends. */
export function useMe() {
  return useSuspenseQuery(meQuery).data
}

export type Ability = 'write' | 'administer'

/**
 * What the person may do. Whatever they may not is left out of the page, not
 * greyed: `const can = useCan(); {can('write') && <Button …/>}`. The server
 * decides all the same.
 */
export function useCan(): (ability: Ability) => boolean {
  const me = useMe()
  return (ability) => (ability === 'write' ? me.can_write : me.role === 'owner' || me.role === 'admin')
}
