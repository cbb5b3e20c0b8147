import { Alert, Badge, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconCheck, IconUserCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAuth } from 'react-oidc-context'
import { useMe } from '@/api/me'

const roles = ['owner', 'admin', 'manager', 'agent', 'viewer'] as const
const abilities = ['read', 'write', 'settings', 'check', 'connect', 'lift', 'audit'] as const

// As the server decides.
const least: Record<(typeof abilities)[number], readonly string[]> = {
  read: roles,
  write: ['owner', 'admin', 'manager'],
  settings: ['owner', 'admin', 'manager'],
  check: ['owner', 'admin', 'manager'],
  connect: ['owner', 'admin'],
  lift: ['owner', 'admin'],
  audit: ['owner', 'admin'],
}

/** The person's own role, as their sign-in says, and what the roles may do. */
export function Members() {
  const { t } = useTranslation('settings')
  const me = useMe()
  const { user } = useAuth()
  const own = roles.find((role) => role === me.role)
  const name = user?.profile.name ?? user?.profile.email ?? me.user_id
  return (
    <Stack maw={900}>
      <Alert icon={<IconUserCheck />} title={t('yourRole', { role: own ? t(`role.${own}`) : me.role })}>
        {name && <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>{name}</Text>}
        <Text size="sm">{t('membersAbout')}</Text>
      </Alert>
      {/* Narrow screens scroll the table, by keys too; hidden words stay inside it. */}
      <Paper withBorder tabIndex={0} role="region" aria-label={t('may')} style={{ overflowX: 'auto', position: 'relative' }}>
        <Table verticalSpacing="xs" miw={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('may')}</Table.Th>
              {roles.map((role) => <Table.Th key={role} ta="center">{role === own ? <Badge miw="max-content">{t(`role.${role}`)}</Badge> : t(`role.${role}`)}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {abilities.map((ability) => (
              <Table.Tr key={ability}>
                <Table.Td>{t(`ability.${ability}`)}</Table.Td>
                {roles.map((role) => (
                  <Table.Td key={role} ta="center">
                    {least[ability].includes(role) ? <><IconCheck size={18} aria-hidden /><VisuallyHidden>{t('yes')}</VisuallyHidden></> : <Text span c="dimmed">–<VisuallyHidden>{t('no')}</VisuallyHidden></Text>}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Text size="sm" c="dimmed">{t('otherRoles')}</Text>
    </Stack>
  )
}
