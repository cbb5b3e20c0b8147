import { IconAddressBook, IconBan, IconChartBar, IconInbox, IconMail, IconPlayerPlay, IconRoute, IconSettings } from '@tabler/icons-react'

/** What the sidebar and the command palette lead to, in this order. */
export const navigation = [
  { to: '/auto-engagement', name: 'flows', Icon: IconRoute },
  { to: '/auto-engagement/executions', name: 'executions', Icon: IconPlayerPlay },
  { to: '/auto-engagement/analytics', name: 'analytics', Icon: IconChartBar },
  { to: '/leads', name: 'leads', Icon: IconInbox },
  { to: '/contacts', name: 'contacts', Icon: IconAddressBook },
  { to: '/suppressions', name: 'suppressions', Icon: IconBan },
  { to: '/email-templates', name: 'templates', Icon: IconMail },
  { to: '/settings', name: 'settings', Icon: IconSettings },
] as const
