export default {
  title: 'E-mail templates',
} as const
