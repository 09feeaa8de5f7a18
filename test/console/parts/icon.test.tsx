import { expect, test } from 'vitest'
import { Icon } from '../../../src/console/parts/icon.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

test('an icon is a path of its own, hidden from readers of screens', () => {
  using _ = drawInDocument(
    <>
      <Icon name="search" />
      <Icon name="copy" />
    </>,
  )
  const [search, copy] = document.querySelectorAll('svg.icon')
  expect(search?.getAttribute('aria-hidden')).toBe('true')
  expect(search?.innerHTML).not.toBe(copy?.innerHTML)
})
