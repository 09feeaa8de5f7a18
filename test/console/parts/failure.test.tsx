import { expect, test } from 'vitest'
import { Failure } from '../../../src/console/parts/failure.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

test('a refusal is told with what mends it, each wrong field, and the id of the request', () => {
  using scene = drawInDocument(
    <Failure
      problem={{
        title: 'Bad request',
        status: 400,
        detail: 'Two fields are wrong.',
        code: 'invalid',
        requestId: 'req-7',
        errors: [
          { path: 'days', message: 'at most 825' },
          { path: 'id', message: 'no slash' },
        ],
      }}
    />,
  )
  expect(screen.getByRole('heading').textContent).toBe('Bad request')
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'days: at most 825',
    'id: no slash',
  ])
  expect(scene.text()).toContain('Request id: req-7')
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
})

test('a hub that does not answer is told in the words of the console, and asked again', async () => {
  let asked = 0
  using scene = drawInDocument(
    <Failure
      problem={{ title: 'Unreachable', status: 0, detail: 'fetch failed', code: 'unreachable' }}
      onRetry={() => {
        asked += 1
      }}
    />,
  )
  expect(scene.text()).toContain('The hub does not answer')
  expect(scene.text()).not.toContain('fetch failed')
  await scene.click('Try again')
  expect(asked).toBe(1)
})
