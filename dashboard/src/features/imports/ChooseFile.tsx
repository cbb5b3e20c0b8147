import '@mantine/dropzone/styles.css'
import { Box, Group, Stack, Text } from '@mantine/core'
import { Dropzone, type FileRejection } from '@mantine/dropzone'
import { IconFileSpreadsheet, IconUpload, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

// As the server takes them; spreadsheets call a CSV file by many names.
const accept = {
  'text/csv': ['.csv'], 'application/vnd.ms-excel': ['.csv'], 'text/tab-separated-values': ['.tsv'], 'text/plain': ['.txt'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['.xlsx'],
}
const mb = 1024 * 1024
const most = (name: string) => (/\.xlsx$/i.test(name) ? 50 * mb : 100 * mb)

interface Props {
  loading: boolean
  onChoose: (file: File) => void
}

/** Takes one file, dropped or chosen; what cannot be one is told at once. */
export function ChooseFile({ loading, onChoose }: Props) {
  const { t } = useTranslation('imports')
  const [wrong, setWrong] = useState('')
  const check = (file: File) => {
    if (file.size === 0) return t('fileEmpty', { name: file.name })
    if (file.size > most(file.name)) return t('fileTooBig', { name: file.name, most: most(file.name) / mb })
    return ''
  }
  const take = ([file]: File[]) => {
    if (!file) return
    const problem = check(file)
    setWrong(problem)
    if (!problem) onChoose(file)
  }
  const reject = (rejections: FileRejection[]) => setWrong(rejections.length > 1 ? t('fileOne') : t('fileKind', { name: rejections[0]?.file.name ?? '' }))
  return (
    <Stack gap={6}>
      <Dropzone onDrop={take} onReject={reject} accept={accept} multiple={false} loading={loading} inputProps={{ 'aria-label': t('choose') }} p="xl">
        <Group justify="center" gap="md" mih={90} style={{ pointerEvents: 'none' }}>
          <Dropzone.Accept><IconUpload size={40} stroke={1.5} /></Dropzone.Accept>
          <Dropzone.Reject><IconX size={40} stroke={1.5} /></Dropzone.Reject>
          <Dropzone.Idle><IconFileSpreadsheet size={40} stroke={1.5} /></Dropzone.Idle>
          <Box ta={{ base: 'center', sm: 'left' }}>
            <Text fw={600}>{t('drop')}</Text>
            <Text size="sm" c="dimmed">{t('dropAbout')}</Text>
          </Box>
        </Group>
      </Dropzone>
      {wrong && <Text size="sm" c="red" role="alert">{wrong}</Text>}
    </Stack>
  )
}
