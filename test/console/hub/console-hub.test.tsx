import { render } from 'preact'
import { expect, test } from 'vitest'
import { useHub } from '../../../src/console/hub/console-hub.ts'
import { drawInDocument } from '../../support/console/console-scene.tsx'

function Page() {
  return <p>{Object.keys(useHub()).join(', ')}</p>
}

test('a page is drawn with the hub that it speaks to', () => {
  using scene = drawInDocument(<Page />)
  expect(scene.text()).toBe('api, events, openStream')
})

test('a page without a hub is a fault of whoever draws it', () => {
  expect(() => render(<Page />, document.createElement('div'))).toThrow('a page was drawn without a hub')
})
