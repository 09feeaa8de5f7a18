import { signal } from '@preact/signals'
import { readPreference, writePreference } from './preference.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const theme = signal<Theme>('system')
/** What is drawn: charts read it. */
export const isDark = signal(false)

/** Follows the system until somebody chooses. */
export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    isDark.value = theme.value === 'system' ? system.matches : theme.value === 'dark'
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
  }
  const before = readPreference('theme')
  theme.value = THEMES.find((name) => name === before) ?? 'system'
  system.addEventListener('change', apply)
  theme.subscribe(apply)
}

export function chooseTheme(chosen: Theme): void {
  writePreference('theme', chosen)
  theme.value = chosen
}
