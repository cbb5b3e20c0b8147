const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

// Codes that name no country with phone numbers of its own: groups, private use, testing.
const none = new Set(['AQ', 'BV', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'GS', 'HM', 'IC', 'PN', 'QO', 'TF', 'UM', 'UN', 'XA', 'XB', 'ZZ'])

/** The countries by their names in a language, with the one given whatever it is. */
export function regions(language: string, given: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' })
  const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => {
    // Former countries have a name, and are today's when they are looked up.
    return !none.has(code) && names.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code
  })
  return [...new Set([...codes, given])]
    .map((code) => ({ value: code, label: `${names.of(code) ?? code} (${code})` }))
    .sort((a, b) => a.label.localeCompare(b.label, language))
}
