import { beforeEach, describe, expect, test, vi } from 'vitest'

/** A system of these colours, and the console's theme as it is when a page is opened. */
async function openWith(colours: 'light' | 'dark') {
  const system = { matches: colours === 'dark', onChange: (): void => undefined }
  vi.stubGlobal('matchMedia', (query: string) => {
    expect(query).toBe('(prefers-color-scheme: dark)')
    return {
      get matches() {
        return system.matches
      },
      addEventListener: (_type: string, listen: () => void) => {
        system.onChange = listen
      },
    }
  })
  vi.resetModules()
  const opened = await import('../../src/console/theme.ts')
  opened.startTheme()
  const become = (now: 'light' | 'dark'): void => {
    system.matches = now === 'dark'
    system.onChange()
  }
  return { ...opened, become }
}

const drawn = () => document.documentElement.dataset['theme']

beforeEach(() => {
  localStorage.clear()
  return () => void vi.unstubAllGlobals()
})

describe('the colours', () => {
  test('are those of the system, and change with it', async () => {
    const { theme, isDark, become } = await openWith('dark')
    expect([theme.value, isDark.value, drawn()]).toEqual(['system', true, 'dark'])
    become('light')
    expect([theme.value, isDark.value, drawn()]).toEqual(['system', false, 'light'])
  })

  test('stay as they were chosen, whatever the system does, and after the page is opened again', async () => {
    const { chooseTheme, become, isDark } = await openWith('dark')
    chooseTheme('light')
    expect([isDark.value, drawn()]).toEqual([false, 'light'])
    become('light')
    become('dark')
    expect([isDark.value, drawn()]).toEqual([false, 'light'])
    const again = await openWith('dark')
    expect([again.theme.value, again.isDark.value, drawn()]).toEqual(['light', false, 'light'])
    again.chooseTheme('dark')
    expect([again.isDark.value, drawn()]).toEqual([true, 'dark'])
    again.chooseTheme('system')
    again.become('light')
    expect(drawn()).toBe('light')
  })

  test('are those of the system where what was remembered is no theme', async () => {
    localStorage.setItem('signet.theme', 'purple')
    expect((await openWith('light')).theme.value).toBe('system')
    expect(drawn()).toBe('light')
  })
})
