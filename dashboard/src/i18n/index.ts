import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Resources } from './resources'

export const languages = { en: 'English', hi: 'हिन्दी' } as const
export type Language = keyof typeof languages
export type Namespace = keyof Resources

type File = () => Promise<{ default: object }>

const files: Record<string, File> = {
  ...import.meta.glob<{ default: object }>('./common.*.ts'),
  ...import.meta.glob<{ default: object }>('../features/*/messages.*.ts'),
  ...import.meta.glob<{ default: object }>('../components/*/messages.*.ts'),
}

function file(language: string, namespace: string): File | undefined {
  if (namespace === 'common') return files[`./common.${language}.ts`]
  return files[`../features/${namespace}/messages.${language}.ts`] ?? files[`../components/${namespace}/messages.${language}.ts`]
}

const stored = 'aef.language'

function preferred(): Language {
  const wanted = [localStorage.getItem(stored), ...navigator.languages]
  return wanted.map((name) => name?.slice(0, 2)).find((name): name is Language => name !== undefined && name in languages) ?? 'en'
}

/** Starts translating: in the language chosen before, else the browser's, else English. */
export async function startI18n(language: Language = preferred()) {
  i18n.on('languageChanged', (name) => {
    document.documentElement.lang = name
  })
  await i18n
    .use({
      type: 'backend' as const,
      read(language: string, namespace: string, callback: (error: Error | null, texts: object | null) => void) {
        const load = file(language, namespace)
        if (!load) return callback(new Error(`no texts of ${namespace} in ${language}`), null)
        load().then(
          (module) => callback(null, module.default),
          (error: Error) => callback(error, null),
        )
      },
    })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false }, // React escapes
      returnNull: false,
    })
}

export async function chooseLanguage(language: Language) {
  localStorage.setItem(stored, language)
  await i18n.changeLanguage(language)
}

/** Loads a feature's texts; a page's route does so beside its code. */
export function loadMessages(...namespaces: Namespace[]) {
  return i18n.loadNamespaces(namespaces)
}

export default i18n
