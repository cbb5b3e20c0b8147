export default {
  title: 'Flow',
} as const
