import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { nonce } from './nonce'
import { contrast, theme } from './theme'
import { Toasts } from './Toasts'

/** What every component may count on: theme, dialogs, toasts, the server's answers. */
export function Providers({ queries, children }: { queries: QueryClient; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} cssVariablesResolver={contrast} defaultColorScheme="auto" getStyleNonce={() => nonce} env={import.meta.env.MODE === 'test' ? 'test' : 'default'}>
        <Toasts />
        <ModalsProvider labels={{ confirm: t('action.save'), cancel: t('action.cancel') }} modalProps={{ closeButtonProps: { 'aria-label': t('action.close') } }}>
          {children}
        </ModalsProvider>
      </MantineProvider>
    </QueryClientProvider>
  )
}
