import { MutationCache, QueryClient } from '@tanstack/react-query'
import { Failure } from './failure'

/** Passing failures are asked again twice; the others at once show what the server said. */
function retry(count: number, error: Error) {
  return count < 2 && error instanceof Failure && error.passing
}

/** Makes the cache of what the server said. `failed` is told of each change that did not succeed. */
export function makeQueryClient(failed: (error: Error) => void) {
  return new QueryClient({
    defaultOptions: {
      queries: { retry, staleTime: 10_000, gcTime: 5 * 60_000 },
      mutations: { retry: false },
    },
    // A form that shows the failure at its fields says so by meta: { quiet: true }.
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (!mutation.meta?.quiet) failed(error)
      },
    }),
  })
}
