import { Skeleton } from '@mantine/core'
import { type ComponentProps, lazy, Suspense } from 'react'

const load = () => import('./StepForm')
const StepForm = lazy(load)

/** Fetches the form's code ahead, so that it opens at once. */
export const prepareStepForm = () => void load()

/** The form of a step, once its code is there. */
export function LazyStepForm(props: ComponentProps<typeof StepForm>) {
  return <Suspense fallback={<Skeleton h={140} />}><StepForm {...props} /></Suspense>
}
