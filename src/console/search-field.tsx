import { useEffect, useRef, useState } from 'preact/hooks'
import { FRAME_TEXT } from './frame-text.ts'
import { useHub } from './hub/console-hub.ts'
import { read } from './language.ts'
import { formatRoute } from './route.ts'

interface Hit {
  readonly kind: string
  readonly id: string
  readonly text: string
}

const PAUSE_MS = 150

/** Finds a device from anywhere; `/` leads to it. */
export function SearchField() {
  const { api } = useHub()
  const words = read(FRAME_TEXT)
  const input = useRef<HTMLInputElement>(null)
  const [wanted, setWanted] = useState('')
  const [hits, setHits] = useState<readonly Hit[]>()
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || (event.target instanceof Element && event.target.matches('input, textarea, select')))
        return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  useEffect(() => {
    let isCurrent = true
    const ask = async (): Promise<void> => {
      // A search that fails finds nothing; the pages say what is wrong with the hub.
      const found = await api
        .get<{ readonly items: readonly Hit[] }>('api/search', { q: wanted.trim() })
        .catch(() => NOTHING)
      if (isCurrent) setHits(found.items)
    }
    const timer = wanted.trim() === '' ? undefined : setTimeout(ask, PAUSE_MS)
    if (wanted.trim() === '') setHits(undefined)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [api, wanted])
  const close = (): void => setWanted('')
  /** From a hit back to the field. */
  const leave = (): void => {
    close()
    input.current?.focus()
  }
  return (
    <search class="search" onKeyDown={({ key }) => key === 'Escape' && leave()}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const [first] = hits ?? []
          if (!first) return
          location.hash = addressOf(first)
          close()
        }}
      >
        <input
          ref={input}
          type="search"
          aria-label={words.search}
          title={words.search}
          placeholder={words.searchShort}
          autocomplete="off"
          value={wanted}
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
      </form>
      {hits && (
        <ul class="hits" aria-live="polite">
          {hits.map((hit) => (
            <li key={`${hit.kind} ${hit.id}`}>
              <a href={addressOf(hit)} onClick={close}>
                <strong>{hit.id}</strong>
                <small>{hit.text}</small>
              </a>
            </li>
          ))}
          {hits.length === 0 && <li class="quiet">{words.noHits}</li>}
        </ul>
      )}
    </search>
  )
}

const NOTHING: { readonly items: readonly Hit[] } = { items: [] }

function addressOf({ kind, id }: Hit): string {
  return formatRoute([SECTIONS[kind] ?? 'devices', id])
}

// What has a page of its own; a user is found among devices.
const SECTIONS: Readonly<Record<string, string>> = {
  service: 'services',
  session: 'sessions',
  certificate: 'certificates',
}
