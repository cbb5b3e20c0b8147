import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.d.ts', 'public'] },
  tseslint.configs.recommended,
  hooks.configs.flat.recommended,
  {
    rules: {
      // A feature's inside is its own: what two need lies in api, domain, components or lib.
      'no-restricted-imports': ['error', { patterns: [{ group: ['@/features/*', '!@/features/*/search', '../../features/*'], message: 'Features do not import each other.' }] }],
    },
  },
  // There a fixture's `use` is Playwright's.
  { files: ['browser/**'], rules: { 'react-hooks/rules-of-hooks': 'off' } },
  // The routes know all pages, and the texts' types all features.
  { files: ['src/app/routes.tsx', 'src/i18n/**', 'src/test/**'], rules: { 'no-restricted-imports': 'off' } },
)
