import { useMantineColorScheme } from '@mantine/core'
import { openSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { IconLogout, IconMoonStars, IconRoute, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { flowsQuery } from '@/api/flows'
import { navigation } from './navigation'
import { useSignOut } from './signOut'

/** The command palette. It opens whenever `asked` grows. */
export default function Commands({ asked }: { asked: number }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const { toggleColorScheme } = useMantineColorScheme()
  const flows = useQuery(flowsQuery)
  useEffect(() => openSpotlight(), [asked])
  const groups: SpotlightActionGroupData[] = [
    {
      group: t('search.pages'),
      actions: navigation.map(({ to, name, Icon }) => ({
        id: to, label: t(`nav.${name}`), leftSection: <Icon size={18} />, onClick: () => void navigate({ to }),
      })),
    },
    {
      group: t('search.flows'),
      actions: (flows.data ?? []).map((flow) => ({
        id: flow.id, label: flow.name, description: flow.description ?? undefined, leftSection: <IconRoute size={18} />,
        onClick: () => void navigate({ to: '/auto-engagement', search: { search: flow.name } }),
      })),
    },
    {
      group: t('search.actions'),
      actions: [
        { id: 'theme', label: t('help.theme'), leftSection: <IconMoonStars size={18} />, onClick: toggleColorScheme },
        { id: 'sign-out', label: t('user.signOut'), leftSection: <IconLogout size={18} />, onClick: () => void signOut() },
      ],
    },
  ]
  return (
    <Spotlight actions={groups} shortcut={null} highlightQuery scrollable maxHeight={420} limit={12} attributes={{ content: { 'aria-label': t('search.title') } }} nothingFound={t('search.nothing')}
      searchProps={{ leftSection: <IconSearch size={18} />, placeholder: t('search.placeholder'), 'aria-label': t('search.title') }} />
  )
}
