import { expect, test } from 'vitest'
import { Id, IdLink } from '../../../src/console/parts/id-link.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

test('an id leads to its page', () => {
  using scene = drawInDocument(<IdLink section="devices" id="pump-1" />)
  expect(scene.text()).toBe('pump-1')
  expect(screen.getByRole('link').getAttribute('href')).toBe('#/devices/pump-1')
  expect(screen.getByRole('link').title).toBe('')
})

test('of a long one both ends are shown, and all of it in its title', () => {
  const id = `${'a'.repeat(40)}${'z'.repeat(40)}`
  using scene = drawInDocument(<IdLink section="sessions" id={id} />)
  expect(scene.text()).toMatch(/^a+…z+$/)
  expect(scene.text().length).toBeLessThanOrEqual(36)
  expect(screen.getByRole('link').title).toBe(id)
})

test('an id without a page is cut as well', () => {
  const id = `${'a'.repeat(40)}${'z'.repeat(40)}`
  using scene = drawInDocument(<Id id={id} />)
  expect(scene.text()).toMatch(/^a+…z+$/)
  expect(screen.getByTitle(id).textContent).toBe(scene.text())
})
