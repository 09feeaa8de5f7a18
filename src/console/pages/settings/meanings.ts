import { language } from '../../language.ts'

/** What settings mean, by key, in the language of the reader; the hub's own words stand for what is not in it. */
export async function loadMeanings(
  load = () => import('./meanings-russian.ts'),
): Promise<Readonly<Record<string, string>>> {
  if (language.value !== 'ru') return {}
  return load().then(
    ({ MEANINGS_RUSSIAN }) => MEANINGS_RUSSIAN,
    // Without a hub that has it, the page is told in English rather than not at all.
    () => ({}),
  )
}
