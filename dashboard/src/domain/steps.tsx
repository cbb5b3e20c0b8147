import { Group, ThemeIcon, Tooltip } from '@mantine/core'
import { IconBrandWhatsapp, IconClock, IconMail, IconPhone, IconQuestionMark } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export const stepTypes = ['ai_call', 'whatsapp_message', 'email', 'wait'] as const
export type StepType = (typeof stepTypes)[number]

export function isStepType(text: string): text is StepType {
  return (stepTypes as readonly string[]).includes(text)
}

const looks = {
  ai_call: { Icon: IconPhone, color: 'indigo' },
  whatsapp_message: { Icon: IconBrandWhatsapp, color: 'teal' },
  email: { Icon: IconMail, color: 'orange' },
  wait: { Icon: IconClock, color: 'gray' },
} as const

/** A step's kind as an icon; an unknown kind is a question mark. */
export function StepIcon({ type, size = 26 }: { type: string; size?: number }) {
  const { Icon, color } = isStepType(type) ? looks[type] : { Icon: IconQuestionMark, color: 'gray' }
  return (
    <ThemeIcon variant="light" color={color} size={size} radius="xl" aria-hidden>
      <Icon size={size * 0.6} stroke={1.8} />
    </ThemeIcon>
  )
}

/** A flow's steps in their order, as icons with their names. */
export function StepIcons({ types, most = 6 }: { types: string[]; most?: number }) {
  const { t } = useTranslation()
  const name = (type: string) => (isStepType(type) ? t(`step.${type}`) : type)
  const label = types.map(name).join(' → ')
  return (
    <Tooltip label={label} multiline maw={320} disabled={types.length === 0}>
      <Group gap={4} wrap="nowrap" role="img" aria-label={label || '–'} w="fit-content">
        {types.slice(0, most).map((type, i) => <StepIcon key={i} type={type} />)}
        {types.length > most && `+${types.length - most}`}
      </Group>
    </Tooltip>
  )
}
