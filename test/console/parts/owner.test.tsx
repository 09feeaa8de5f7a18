import { expect, test } from 'vitest'
import { Owner } from '../../../src/console/parts/owner.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

for (const { identity, text, address } of [
  { identity: 'device:aa:bb', text: 'aa:bb', address: '#/devices/aa%3Abb' },
  { identity: 'service:backend', text: 'service:backend', address: '#/services/backend' },
  { identity: 'administrator:eva', text: 'administrator:eva', address: undefined },
  { identity: undefined, text: '', address: undefined },
]) {
  test(`${identity} ${address ? `leads to ${address}` : 'leads nowhere'}`, () => {
    using scene = drawInDocument(<Owner identity={identity} />)
    expect(scene.text()).toBe(text)
    expect(screen.queryByRole('link')?.getAttribute('href')).toBe(address)
  })
}
