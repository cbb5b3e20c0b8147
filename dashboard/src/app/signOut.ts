import { createContext, useContext } from 'react'

/** How to sign out here; the deployment's settings decide. */
export const SignOutContext = createContext<() => Promise<void>>(async () => {})

export function useSignOut() {
  return useContext(SignOutContext)
}
