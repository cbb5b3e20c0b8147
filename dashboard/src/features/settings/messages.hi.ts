import type { Translation } from '@/i18n/resources'
import type en from './messages.en'

export default {
  title: 'सेटिंग',
} satisfies Translation<typeof en>
