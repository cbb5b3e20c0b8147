import { Badge, createTheme, type CSSVariablesResolver, Tooltip } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'indigo',
  // White on these has the contrast that WCAG AA asks for, 4.5 : 1.
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans Devanagari', sans-serif",
  headings: { fontWeight: '650' },
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withinPortal: true } }),
  },
})

/** Texts that Mantine draws paler than WCAG AA allows: hints, and words on a tint of their colour. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-yellow-light-color': '#7a4100',
    '--mantine-color-orange-light-color': '#8f3206',
    '--mantine-color-green-light-color': '#1b5e2a',
    '--mantine-color-teal-light-color': '#066649',
    '--mantine-color-cyan-light-color': '#0b5f70',
    '--mantine-color-blue-light-color': 'var(--mantine-color-blue-9)',
    '--mantine-color-indigo-light-color': 'var(--mantine-color-indigo-9)',
    '--mantine-color-violet-light-color': 'var(--mantine-color-violet-9)',
    '--mantine-color-red-light-color': '#a61e1e',
    '--mantine-color-gray-light-color': 'var(--mantine-color-gray-8)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
  },
})
