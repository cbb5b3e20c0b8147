export default {
  title: 'Analytics',
} as const
