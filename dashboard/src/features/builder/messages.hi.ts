import type { Translation } from '@/i18n/resources'
import type en from './messages.en'

export default {
  title: 'फ़्लो',
} satisfies Translation<typeof en>
