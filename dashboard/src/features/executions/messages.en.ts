export default {
  title: 'Executions',
} as const
