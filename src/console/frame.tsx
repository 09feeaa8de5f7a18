import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { FRAME_TEXT } from './frame-text.ts'
import { useHub } from './hub/console-hub.ts'
import { session, signOut } from './hub/session.ts'
import { chooseLanguage, LANGUAGES, language, read } from './language.ts'
import { ActionButton } from './parts/action-button.tsx'
import { Icon } from './parts/icon.tsx'
import { formatRoute } from './route.ts'
import { route } from './router.ts'
import { SearchField } from './search-field.tsx'
import mark from './signet.svg'
import { chooseTheme, THEMES, theme } from './theme.ts'

const SECTIONS = [
  'overview',
  'devices',
  'services',
  'sessions',
  'certificates',
  'policies',
  'activity',
  'settings',
] as const

// Who enrols becomes a device.
const UNDER: Readonly<Record<string, string>> = { enrolment: 'devices' }

/** What stands around every page: the rail (a bar below on a phone), the search, who is signed in. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
  const words = read(FRAME_TEXT)
  const [section = 'overview', thing] = route.value.path
  const main = useRef<HTMLElement>(null)
  // Who uses keys, or hears the page, is taken to the page that was opened.
  // Another page is another place, its filters are not.
  useEffect(() => main.current?.focus({ preventScroll: true }), [section, thing])
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header class="rail">
        <a class="name" href={formatRoute(['overview'])}>
          <img src={mark} alt="" />
          Signet
        </a>
        <nav aria-label={words.sections}>
          {SECTIONS.map((name) => (
            <a
              key={name}
              href={formatRoute([name])}
              aria-current={name === (UNDER[section] ?? section) ? 'page' : undefined}
            >
              <Icon name={name} />
              <span>{words[name]}</span>
            </a>
          ))}
        </nav>
        <Who />
      </header>
      <div class="body">
        <div class="top">
          <SearchField />
        </div>
        <main ref={main} id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  )
}

/** Who is signed in, and what he likes. Shown on the page of settings too, where a phone has no rail. */
export function Who() {
  const { api } = useHub()
  const words = read(FRAME_TEXT)
  const { value } = session
  return (
    <div class="who">
      {value && <span>{words.signedInAs(value.name, words.roles[value.role] ?? value.role)}</span>}
      <select
        aria-label={words.theme}
        value={theme.value}
        onChange={({ currentTarget }) => chooseTheme(pick(THEMES, currentTarget.value))}
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {words.themes[name]}
          </option>
        ))}
      </select>
      <select
        aria-label={words.language}
        value={language.value}
        onChange={({ currentTarget }) => chooseLanguage(pick(LANGUAGES, currentTarget.value))}
      >
        {LANGUAGES.map((name) => (
          <option key={name} value={name}>
            {words.languages[name]}
          </option>
        ))}
      </select>
      {value && value.via !== 'certificate' && <ActionButton label={words.signOut} act={() => signOut(api)} />}
    </div>
  )
}

function pick<Name extends string>(names: readonly [Name, ...Name[]], value: string): Name {
  return names.find((name) => name === value) ?? names[0]
}
