export default {
  title: 'Leads',
} as const
