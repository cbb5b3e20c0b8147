import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from '@tanstack/react-router'
import type { FC } from 'react'
import { meQuery } from '@/api/me'
import { NotFound, PageError } from '@/components/PageError'
import { PageSkeleton } from '@/components/Page'
import { analyticsSearch } from '@/features/analytics/search'
import { builderSearch } from '@/features/builder/search'
import { contactSearch, suppressionSearch } from '@/features/contacts/search'
import { executionSearch } from '@/features/executions/search'
import { leadSearch } from '@/features/leads/search'
import { settingsSearch } from '@/features/settings/search'
import { templateSearch } from '@/features/templates/search'
import { loadMessages, type Namespace } from '@/i18n'
import { Shell } from './Shell'

interface Context {
  queries: QueryClient
}

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  beforeLoad: ({ context }) => context.queries.ensureQueryData(meQuery),
  notFoundComponent: NotFound,
})

/** A page: its code comes when first needed, its texts beside it. */
function page<Name extends string>(load: () => Promise<Record<Name, FC>>, name: Name, ...texts: Namespace[]) {
  return {
    component: lazyRouteComponent(load, name),
    loader: () => loadMessages(...texts),
  }
}

const flows = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement',
  validateSearch: (search: Record<string, unknown>): { search?: string } => (typeof search.search === 'string' && search.search ? { search: search.search } : {}),
  ...page(() => import('@/features/flows/FlowsPage'), 'FlowsPage', 'flows'),
})

const executions = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement/executions',
  validateSearch: executionSearch,
  ...page(() => import('@/features/executions/ExecutionsPage'), 'ExecutionsPage', 'executions'),
})

const execution = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement/executions/$id',
  ...page(() => import('@/features/executions/ExecutionPage'), 'ExecutionPage', 'executions', 'decision', 'flowcanvas'),
})

const leads = createRoute({
  getParentRoute: () => root,
  path: '/leads',
  validateSearch: leadSearch,
  ...page(() => import('@/features/leads/LeadsPage'), 'LeadsPage', 'leads'),
})

const lead = createRoute({
  getParentRoute: () => root,
  path: '/leads/$id',
  ...page(() => import('@/features/leads/LeadPage'), 'LeadPage', 'leads', 'decision'),
})

const create = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement/create',
  validateSearch: builderSearch,
  ...page(() => import('@/features/builder/BuilderPage'), 'BuilderPage', 'builder', 'flows'),
})

const edit = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement/$id/edit',
  validateSearch: builderSearch,
  ...page(() => import('@/features/builder/BuilderPage'), 'BuilderPage', 'builder'),
})

const analytics = createRoute({
  getParentRoute: () => root,
  path: '/auto-engagement/analytics',
  validateSearch: analyticsSearch,
  ...page(() => import('@/features/analytics/AnalyticsPage'), 'AnalyticsPage', 'analytics'),
})

const contacts = createRoute({
  getParentRoute: () => root,
  path: '/contacts',
  validateSearch: contactSearch,
  ...page(() => import('@/features/contacts/ContactsPage'), 'ContactsPage', 'contacts'),
})

const contact = createRoute({
  getParentRoute: () => root,
  path: '/contacts/$id',
  ...page(() => import('@/features/contacts/ContactPage'), 'ContactPage', 'contacts'),
})

const imports = createRoute({
  getParentRoute: () => root,
  path: '/contacts/imports',
  ...page(() => import('@/features/imports/ImportsPage'), 'ImportsPage', 'imports'),
})

const oneImport = createRoute({
  getParentRoute: () => root,
  path: '/contacts/imports/$id',
  ...page(() => import('@/features/imports/ImportPage'), 'ImportPage', 'imports'),
})

const suppressions = createRoute({
  getParentRoute: () => root,
  path: '/suppressions',
  validateSearch: suppressionSearch,
  ...page(() => import('@/features/contacts/SuppressionsPage'), 'SuppressionsPage', 'contacts'),
})

const templates = createRoute({
  getParentRoute: () => root,
  path: '/email-templates',
  validateSearch: templateSearch,
  ...page(() => import('@/features/templates/TemplatesPage'), 'TemplatesPage', 'templates'),
})

const createTemplate = createRoute({
  getParentRoute: () => root,
  path: '/email-templates/create',
  ...page(() => import('@/features/templates/TemplatePage'), 'CreateTemplatePage', 'templates'),
})

const template = createRoute({
  getParentRoute: () => root,
  path: '/email-templates/$id',
  ...page(() => import('@/features/templates/TemplatePage'), 'TemplatePage', 'templates'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: settingsSearch,
  ...page(() => import('@/features/settings/SettingsPage'), 'SettingsPage', 'settings'),
})

// People bookmark the bare address, and the sign-in page returns to /callback.
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/auto-engagement', replace: true })
  },
})
const callback = createRoute({
  getParentRoute: () => root,
  path: '/callback',
  beforeLoad: () => {
    throw redirect({ to: '/auto-engagement', replace: true })
  },
})

const tree = root.addChildren([home, callback, flows, create, edit, executions, execution, analytics, leads, lead, contacts, contact, imports, oneImport, suppressions, templates, createTemplate, template, settings])

/** The pages. Tests give a history of their own. */
export function makeRouter(context: Context, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    history,
    basepath: '/dashboard',
    context,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: PageSkeleton,
    defaultPendingMs: 150,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
