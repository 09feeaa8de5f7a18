import { expect, test } from 'vitest'
import { BulkBar } from '../../../src/console/parts/bulk-bar.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

test('while no row is marked there is no bar', () => {
  using scene = drawInDocument(
    <BulkBar count={0} onClear={() => undefined}>
      Suspend
    </BulkBar>,
  )
  expect(scene.text()).toBe('')
})

test('the bar tells how many rows are marked, and unmarks them', async () => {
  let cleared = 0
  using scene = drawInDocument(
    <BulkBar
      count={1200}
      onClear={() => {
        cleared += 1
      }}
    >
      Suspend
    </BulkBar>,
  )
  expect(screen.getByRole('toolbar', { name: '1,200 selected' }).textContent).toContain('Suspend')
  await scene.click('Clear')
  expect(cleared).toBe(1)
})
