import { Card, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { ButtonLink } from '@/components/links'
import { useTranslation } from 'react-i18next'
import { readyFlows } from '@/domain/readyFlows'
import { StepIcons } from '@/domain/steps'

/** Ready flows to begin with; the builder opens with the one chosen. */
export function Gallery() {
  const { t } = useTranslation('flows')
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">{t('gallery')}</Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        {readyFlows.map((flow) => (
          <Card key={flow.id} withBorder>
            <Stack h="100%" gap="sm">
              <Title order={3} size="h5">{t(`ready.${flow.id}.name`)}</Title>
              <StepIcons types={flow.steps.map((step) => step.type)} />
              <Text size="sm" c="dimmed" style={{ flexGrow: 1 }}>{t(`ready.${flow.id}.text`)}</Text>
              <ButtonLink to="/auto-engagement/create" search={{ ready: flow.id }} variant="light">{t('use')}</ButtonLink>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  )
}
