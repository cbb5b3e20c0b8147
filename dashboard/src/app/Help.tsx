import { Anchor, Kbd, Modal, Stack, Table, Text, Title } from '@mantine/core'
import { IconBook } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

/** What `?` shows: how it all works, in three sentences, and the keys. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const keys = [
    [['Ctrl', 'K'], t('help.palette')],
    [['/'], t('help.palette')],
    [['?'], t('help.help')],
    [['Ctrl', 'J'], t('help.theme')],
    [['Space', '↑', '↓'], t('help.drag')],
  ] as const
  return (
    <Modal opened onClose={onClose} title={t('help.title')} size="lg" closeButtonProps={{ 'aria-label': t('action.close') }}>
      <Stack>
        <Text size="sm">{t('help.guideText')}</Text>
        <Anchor href={`${import.meta.env.BASE_URL}guide.html`} target="_blank" size="sm">
          <IconBook size={16} style={{ verticalAlign: -3, marginInlineEnd: 6 }} aria-hidden />{t('help.guideLink')}
        </Anchor>
        <Title order={3} size="h5">{t('help.keys')}</Title>
        <Table withRowBorders={false}>
          <Table.Tbody>
            {keys.map(([names, text], i) => (
              <Table.Tr key={i}>
                <Table.Td w={150}>{names.map((name) => <Kbd key={name} mr={4}>{name}</Kbd>)}</Table.Td>
                <Table.Td>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  )
}
