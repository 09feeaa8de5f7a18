import { signal } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../src/console/hub/problem.ts'
import { ActionButton } from '../../../src/console/parts/action-button.tsx'
import { drawInDocument, screen, waitFor } from '../../support/console/console-scene.tsx'

const refused = new ProblemError({
  title: 'Conflict',
  status: 409,
  detail: 'It is revoked already.',
  code: 'already_revoked',
})

describe('a button that asks nothing', () => {
  test('acts at once and tells what happened', async () => {
    using scene = drawInDocument(<ActionButton label="Resume" act={async () => 'It may connect again.'} />)
    await scene.click('Resume')
    await scene.says('It may connect again.')
    expect(await screen.findByRole('dialog', { name: 'Resume' })).toBeTruthy()
    await scene.confirm('Close')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  test('shows nothing where the page shows it by itself', async () => {
    const acts = Promise.withResolvers<undefined>()
    using scene = drawInDocument(<ActionButton label="Resume" tone="main" act={() => acts.promise} />)
    await scene.click('Resume')
    await waitFor(() => expect(screen.getByRole('button', { name: 'Resume' }).matches(':disabled')).toBe(true))
    acts.resolve(undefined)
    await waitFor(() => expect(screen.getByRole('button', { name: 'Resume' }).matches(':disabled')).toBe(false))
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('tells what was done when there is nothing to do any more', async () => {
    const acts = Promise.withResolvers<string>()
    const isOnline = signal(true)
    const Page = () => <ActionButton label="Disconnect" isOffered={isOnline.value} act={() => acts.promise} />
    using scene = drawInDocument(<Page />)
    await scene.click('Disconnect')
    isOnline.value = false
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Disconnect' })).toBeNull())
    acts.resolve('It is closed.')
    await scene.says('It is closed.')
  })

  test('tells why it did not go', async () => {
    using scene = drawInDocument(<ActionButton label="Resume" act={() => Promise.reject(refused)} />)
    await scene.click('Resume')
    await scene.says('It is revoked already.')
    expect(await screen.findByRole('alert')).toBeTruthy()
  })
})

describe('a button that is dangerous', () => {
  test('asks once, and does nothing when told not to', async () => {
    let acted = 0
    const act = async () => {
      acted += 1
      return 'Revoked.'
    }
    using scene = drawInDocument(
      <ActionButton label="Revoke" tone="danger" confirm="Revoke it" consequence="It is cut off." act={act} />,
    )
    await scene.click('Revoke')
    await scene.says('It is cut off.')
    await scene.confirm('Cancel')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(acted).toBe(0)
    await scene.click('Revoke')
    const answer = await screen.findByRole('button', { name: 'Revoke it' })
    answer.focus()
    await scene.confirm('Revoke it')
    await scene.says('Revoked.')
    expect(scene.text()).not.toContain('It is cut off.')
    expect(acted).toBe(1)
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Close'))
  })

  test('takes its label for the answer, and tells in the same place that it did not go', async () => {
    using scene = drawInDocument(
      <ActionButton label="Revoke" consequence="It is cut off." act={() => Promise.reject(refused)} />,
    )
    await scene.click('Revoke')
    await scene.confirm('Revoke')
    await scene.says('It is revoked already.')
  })

  test('cannot begin twice: who closes the question while it acts is told all the same', async () => {
    const acts = Promise.withResolvers<string>()
    using scene = drawInDocument(
      <ActionButton label="Revoke" consequence="It is cut off." confirm="Revoke it" act={() => acts.promise} />,
    )
    await scene.click('Revoke')
    await scene.confirm('Revoke it')
    await screen.findByRole('button', { name: 'Close' })
    await scene.confirm('Close')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole('button', { name: 'Revoke' }).matches(':disabled')).toBe(true)
    acts.resolve('Revoked.')
    await scene.says('Revoked.')
  })
})
