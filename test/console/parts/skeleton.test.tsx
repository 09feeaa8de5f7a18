import { expect, test } from 'vitest'
import { Skeleton } from '../../../src/console/parts/skeleton.tsx'
import { drawInDocument, screen, waitFor } from '../../support/console/console-scene.tsx'

const lines = () => screen.getByRole('status').querySelectorAll('.skeleton').length

test('the layout appears once asking takes longer than a reader notices', async () => {
  using scene = drawInDocument(<Skeleton />)
  expect(lines()).toBe(0)
  expect(scene.text()).toBe('Loading')
  await waitFor(() => expect(lines()).toBe(4))
})

test('the layout has as many lines as what is asked for', async () => {
  using _ = drawInDocument(<Skeleton lines={8} />)
  await waitFor(() => expect(lines()).toBe(8))
})
