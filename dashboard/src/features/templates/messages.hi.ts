import type { Translation } from '@/i18n/resources'
import type en from './messages.en'

export default {
  title: 'ई-मेल टेम्पलेट',
} satisfies Translation<typeof en>
