import { Window } from 'happy-dom'
// Before there is a window: where it finds one it takes the process for a browser.
import 'mqtt'

const PLACE = { url: 'https://localhost:3000/', width: 1280, height: 800 }

// A document for Preact to draw in, beside Node's own fetch, crypto and streams, which the hub in this process needs. It is
// one for all files of the process: Preact and the queries keep the first that they find.
const opened: unknown = Reflect.get(globalThis, 'window')
const window = opened instanceof Window ? opened : new Window(PLACE)

const OF_THE_WINDOW = [
  'CustomEvent',
  'Element',
  'HTMLElement',
  'HTMLInputElement',
  'HTMLSelectElement',
  'HTMLTextAreaElement',
  'KeyboardEvent',
  'MouseEvent',
  'MutationObserver',
  'Node',
  'ResizeObserver',
  'addEventListener',
  'cancelAnimationFrame',
  'devicePixelRatio',
  'document',
  'getComputedStyle',
  'history',
  'localStorage',
  'location',
  'matchMedia',
  'navigator',
  'removeEventListener',
  'requestAnimationFrame',
] as const

Object.defineProperty(globalThis, 'window', { value: window, configurable: true })
for (const name of OF_THE_WINDOW) {
  const value: unknown = Reflect.get(window, name)
  const bound = typeof value === 'function' && /^[a-z]/.test(name) ? value.bind(window) : value
  Object.defineProperty(globalThis, name, { value: bound, configurable: true, writable: true })
}

// There is no paper to draw on: charts are looked at in a browser.
const canvas = new Proxy({}, { get: () => () => ({ width: 0 }), set: () => true })
Reflect.set(window.HTMLCanvasElement.prototype, 'getContext', () => canvas)
class Path2D {
  readonly moveTo = (): void => undefined
  readonly lineTo = (): void => undefined
  readonly rect = (): void => undefined
  readonly arc = (): void => undefined
  readonly addPath = (): void => undefined
}
Object.defineProperty(globalThis, 'Path2D', { value: Path2D, configurable: true })
Reflect.set(window.HTMLElement.prototype, 'scrollIntoView', () => undefined)
// Nor a place to save files in: a link to one leads nowhere.
Reflect.set(window.HTMLAnchorElement.prototype, 'click', () => undefined)
Object.assign(URL, { createObjectURL: () => 'blob:file', revokeObjectURL: () => undefined })

// Each file finds the window, and what the pages keep beside it, as if it had just been opened.
window.localStorage.clear()
window.location.hash = ''
const [{ startLanguage }, { session }] = await Promise.all([
  import('../../../src/console/language.ts'),
  import('../../../src/console/hub/session.ts'),
])
startLanguage(['en'])
session.value = undefined
const { body, documentElement } = window.document
window.document.title = ''
body.replaceChildren()
for (const name of documentElement.getAttributeNames()) documentElement.removeAttribute(name)
