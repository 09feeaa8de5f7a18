import { session } from '../../../src/console/hub/session.ts'
import { type ConsoleScene, fireEvent, screen, waitFor } from './console-scene.tsx'

/** What was put off is drawn. */
const drawn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return waitFor(check)
}

/** Presses the button, and again in the question that follows. */
export async function pressAndConfirm(scene: ConsoleScene, name: string): Promise<void> {
  await scene.click(name)
  await confirm(name)
}

export async function confirm(name: string): Promise<void> {
  const confirmed = await eventually(() => {
    const [, second] = screen.getAllByRole('button', { name })
    if (!second) throw new Error(`nothing asks about ${name}`)
    return second
  })
  await drawn()
  fireEvent.click(confirmed)
}

export async function choose(field: Element | undefined, value: string): Promise<void> {
  if (!field) throw new Error('there is no such field')
  fireEvent.input(field, { target: { value } })
  await drawn()
}

/** Sends the form that the field with this label stands in. */
export async function submit(label: string | RegExp): Promise<void> {
  const [field] = await screen.findAllByLabelText(label)
  const form = field?.closest('form')
  if (!form) throw new Error(`${label} stands in no form`)
  await drawn()
  fireEvent.submit(form)
}

/** The scene speaks to the hub as its administrator: what a smaller role is shown is up to the session. */
export async function becomeAuditor(scene: ConsoleScene): Promise<void> {
  await scene.says('local, admin')
  session.value = { name: 'olga', role: 'auditor', permissions: ['read'], via: 'token', expiresAt: null }
  await scene.says('olga, auditor')
}
