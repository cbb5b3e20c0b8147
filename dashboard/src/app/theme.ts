import { Badge, createTheme, type CSSVariablesResolver, Drawer, Modal, Tooltip } from '@mantine/core'

const title = { fontWeight: 650, fontSize: 'var(--mantine-font-size-lg)' }

// Its element is <header>, which would be one more banner of the page.
const attributes = { header: { role: 'none' } }

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
    Modal: Modal.extend({ styles: { title }, defaultProps: { attributes } }),
    Drawer: Drawer.extend({ styles: { title }, defaultProps: { attributes } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withinPortal: true } }),
  },
})

/** The ground of buttons that delete. */
const alarm = { '--mantine-color-red-filled': 'var(--mantine-color-red-9)', '--mantine-color-red-filled-hover': '#b02525' }

const colours = ['red', 'orange', 'yellow', 'green', 'teal', 'cyan', 'blue', 'indigo', 'violet', 'grape']

/** In the dark: words in a light shade of their colour, on a faint tint of it. */
const tints = Object.fromEntries(colours.flatMap((name) => [
  [`--mantine-color-${name}-light`, `color-mix(in srgb, var(--mantine-color-${name}-8) 24%, var(--mantine-color-dark-7))`],
  [`--mantine-color-${name}-light-hover`, `color-mix(in srgb, var(--mantine-color-${name}-8) 34%, var(--mantine-color-dark-7))`],
  [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-3)`],
]))

/** Texts that Mantine draws paler than WCAG AA allows: hints, and words in a colour, on it or on a tint of it. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...alarm,
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
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-red-text': 'var(--mantine-color-red-9)',
  },
  dark: {
    ...alarm,
    ...tints,
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-red-text': 'var(--mantine-color-red-4)',
    // Black on nearly black otherwise.
    '--mantine-color-gray-light': 'var(--mantine-color-dark-4)',
    '--mantine-color-gray-light-hover': 'var(--mantine-color-dark-3)',
    '--mantine-color-gray-light-color': 'var(--mantine-color-dark-0)',
  },
})
