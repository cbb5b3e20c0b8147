import { ActionIcon, AppShell, Avatar, Box, Burger, Group, Menu, NavLink, ScrollArea, Text, Tooltip, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { IconDeviceDesktop, IconHelp, IconLanguage, IconLogout, IconMoon, IconSearch, IconSun } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuth } from 'react-oidc-context'
import { meQuery } from '@/api/me'
import { PageSkeleton } from '@/components/Page'
import { chooseLanguage, type Language, languages } from '@/i18n'
import { navigation } from './navigation'
import { useSignOut } from './signOut'

const Commands = lazy(() => import('./Commands'))
const Help = lazy(() => import('./Help'))

/** The frame around all pages: menu at the left, who and what at the top. */
export function Shell() {
  const { t } = useTranslation()
  const [menu, { toggle, close }] = useDisclosure()
  const [help, setHelp] = useState(false)
  // Loaded when first asked for, and then listening by itself.
  const [commands, setCommands] = useState(0)
  const { toggleColorScheme } = useMantineColorScheme()
  const search = () => setCommands((n) => n + 1)
  useHotkeys([
    ['mod+K', search],
    ['/', search],
    ['shift+?', () => setHelp(true), { usePhysicalKeys: false }],
    ['?', () => setHelp(true)],
    ['mod+J', () => toggleColorScheme()],
  ])
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !menu } }} padding={{ base: 'sm', sm: 'lg' }}>
      <a href="#page" className="skip">{t('nav.skip')}</a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger opened={menu} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={menu ? t('nav.close') : t('nav.open')} aria-expanded={menu} />
            <Box component="img" src="/dashboard/favicon.svg" alt="" w={28} h={28} visibleFrom="xs" />
            <TenantName />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Tooltip label={t('search.title') + '  (Ctrl K)'}>
              <ActionIcon variant="default" size="lg" onClick={search} aria-label={t('search.title')}><IconSearch size={18} /></ActionIcon>
            </Tooltip>
            <Tooltip label={t('help.title') + '  (?)'}>
              <ActionIcon variant="default" size="lg" onClick={() => setHelp(true)} aria-label={t('help.title')}><IconHelp size={18} /></ActionIcon>
            </Tooltip>
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('app')}>
        <ScrollArea><Navigation onNavigate={close} /></ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Box maw={1440} mx="auto"><Suspense fallback={<PageSkeleton />}><Outlet /></Suspense></Box>
      </AppShell.Main>
      <Suspense>
        {commands > 0 && <Commands asked={commands} />}
        {help && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </AppShell>
  )
}

function TenantName() {
  // The shell also stands around the failure of this very request.
  const { data: me } = useQuery(meQuery)
  return <Text fw={650} truncate>{me?.tenant.name}</Text>
}

function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation()
  const path = useRouterState({ select: (state) => state.location.pathname })
  // The longest address that the page lies under.
  const current = navigation.filter(({ to }) => path === to || path.startsWith(to + '/')).sort((a, b) => b.to.length - a.to.length)[0]
  return navigation.map(({ to, name, Icon }) => (
    <NavLink key={to} component={Link} to={to} activeOptions={{ exact: true }} label={t(`nav.${name}`)} leftSection={<Icon size={18} stroke={1.7} />}
      active={current?.to === to} aria-current={current?.to === to ? 'page' : undefined} onClick={onNavigate} style={{ borderRadius: 'var(--mantine-radius-md)' }} />
  ))
}

function UserMenu() {
  const { t, i18n } = useTranslation()
  const auth = useAuth()
  const signOut = useSignOut()
  const { data: me } = useQuery(meQuery)
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const name = auth.user?.profile.name ?? auth.user?.profile.email
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl">
          <Avatar size={32} name={name} color="indigo" alt="" aria-hidden />
          {/* No aria-label: it would not hold the initials, which are its text. */}
          <VisuallyHidden>{t('user.menu')}</VisuallyHidden>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {name && <Menu.Label>{name}</Menu.Label>}
        {me && <Menu.Label>{t('user.role', { role: me.role })}</Menu.Label>}
        <Menu.Divider />
        <Menu.Label>{t('appearance.title')}</Menu.Label>
        {([['light', IconSun], ['dark', IconMoon], ['auto', IconDeviceDesktop]] as const).map(([scheme, Icon]) => (
          <Menu.Item key={scheme} leftSection={<Icon size={16} />} onClick={() => setColorScheme(scheme)} fw={colorScheme === scheme ? 700 : undefined}>
            {t(`appearance.${scheme}`)}
            {colorScheme === scheme && <VisuallyHidden> ✓</VisuallyHidden>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('language')}</Menu.Label>
        {(Object.keys(languages) as Language[]).map((code) => (
          <Menu.Item key={code} lang={code} leftSection={<IconLanguage size={16} />} onClick={() => void chooseLanguage(code)} fw={i18n.language === code ? 700 : undefined}>
            {languages[code]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>{t('user.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
