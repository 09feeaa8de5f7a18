import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { route } from '../../../src/console/router.ts'
import { fireEvent, openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

async function stateOf(id: string): Promise<string> {
  return (await hub.api('GET', `/api/devices/${id}`)).json().state
}

const rowNames = (): readonly string[] =>
  [...document.querySelectorAll('tbody td.first')].map(({ textContent }) => textContent ?? '')

test('an empty list teaches how a device is added', async () => {
  using scene = openConsole(hub, '#/devices')
  await scene.says('No device is registered yet.')
  await scene.says('A device needs an id, an owner and a certificate')
})

describe('the list of devices', () => {
  beforeAll(async () => {
    for (const [id, userId] of [
      ['board-1', 'ada'],
      ['board-2', 'ada'],
      ['pump', 'eva'],
    ] as const)
      await hub.enrol(id, { userId })
    await hub.api('POST', '/api/devices', { body: { deviceId: 'bare', userId: 'eva' } })
  })

  test('shows who is online, and follows what happens in place', async () => {
    using scene = openConsole(hub, '#/devices')
    await scene.says('0 of 4 devices online.')
    await waitFor(() => expect(rowNames()).toEqual(['bare', 'board-1', 'board-2', 'pump']))
    expect(scene.text()).not.toContain('online127')
    await scene.tell('device.connected', { kind: 'service', id: 'bare' })
    await scene.tell('device.connected', { kind: 'device', id: 'pump', address: '192.0.2.7' })
    await waitFor(() => expect(document.querySelectorAll('.badge.good')).toHaveLength(1))
    expect(screen.getByText('192.0.2.7').closest('tr')?.textContent).toMatch(/^pump.*now/)
    await scene.tell('identity.suspended', { kind: 'device', id: 'pump' })
    await scene.says('suspended')
    await scene.tell('identity.resumed', { kind: 'device', id: 'pump' })
    await scene.tell('device.disconnected', { kind: 'device', id: 'pump' })
    await waitFor(() => expect(document.querySelectorAll('.badge.good')).toHaveLength(0))
  })

  test('is filtered, searched and ordered by the address, which can be sent to a colleague', async () => {
    using scene = openConsole(hub, '#/devices?userId=ada')
    await waitFor(() => expect(rowNames()).toEqual(['board-1', 'board-2']))
    await scene.click('Of the user ada')
    await waitFor(() => expect(rowNames()).toHaveLength(4))
    await scene.fill(/Part of an id/, 'pum')
    await waitFor(() => expect(rowNames()).toEqual(['pump']))
    expect(route.value.query).toEqual({ q: 'pum' })
    await scene.fill(/Part of an id/, 'nobody')
    await scene.says('No device fits these filters.')
    await scene.fill(/Part of an id/, '')
    await scene.click('User')
    await waitFor(() => expect(route.value.query).toEqual({ sort: 'user', order: 'asc' }))
    await scene.click('Device')
    await scene.click(/^Device/)
    await waitFor(() => expect(rowNames()).toEqual(['pump', 'board-2', 'board-1', 'bare']))
    await scene.click('Online')
    await scene.says('No device fits these filters.')
    await scene.click('Online')
    await scene.click('Suspended')
    await waitFor(() => expect(route.value.query).toMatchObject({ state: 'suspended' }))
  })

  test('is walked by keys: j, k, x, Enter', async () => {
    using scene = openConsole(hub, '#/devices')
    await waitFor(() => expect(rowNames()).toHaveLength(4))
    const list = screen.getByRole('region', { name: 'Devices' })
    list.focus()
    for (const key of ['j', 'j', 'k', 'x']) await scene.press(key)
    await scene.says('1 selected')
    for (const key of ['j', 'ArrowDown', 'ArrowUp', 'Enter']) await scene.press(key)
    await waitFor(() => expect(route.value.path).toEqual(['devices', 'board-1']))
  })

  test('acts on all that are marked, and asks once', async () => {
    using scene = openConsole(hub, '#/devices?userId=ada')
    await waitFor(() => expect(rowNames()).toHaveLength(2))
    fireEvent.click(screen.getByLabelText('Select Devices'))
    await scene.says('2 selected')
    await scene.click('Suspend')
    await scene.says('2 devices: their sessions close at once')
    await scene.confirm('Suspend')
    await scene.says('Done for 2 of 2.')
    expect(await stateOf('board-2')).toBe('suspended')
    await scene.click('Close')
    await scene.click('Resume')
    await scene.says('Done for 2 of 2.')
    expect(await stateOf('board-1')).toBe('active')
    await scene.click('Close')
    await scene.click('Revoke and cut off now')
    await scene.says('every certificate is revoked')
    await scene.confirm('Revoke and cut off now')
    await scene.says('Done for 2 of 2.')
    await scene.click('Close')
    await scene.click('Clear')
    await waitFor(() => expect(scene.text()).not.toContain('selected'))
    const { items } = (await hub.api('GET', '/api/certificates?state=revoked')).json()
    expect(items).toHaveLength(2)
  })

  test('marks nothing any more that a filter has put out of sight', async () => {
    using scene = openConsole(hub, '#/devices?userId=ada')
    await waitFor(() => expect(rowNames()).toHaveLength(2))
    fireEvent.click(screen.getByLabelText('Select Devices'))
    await scene.says('2 selected')
    await scene.click('User')
    await waitFor(() => expect(route.value.query).toMatchObject({ sort: 'user' }))
    expect(scene.text()).toContain('2 selected')
    await scene.click('Of the user ada')
    await waitFor(() => expect(rowNames()).toHaveLength(4))
    await waitFor(() => expect(scene.text()).not.toContain('selected'))
  })

  test('speaks Russian of filters and of what was done', async () => {
    for (const id of ['board-1', 'board-2'])
      await hub.api('PATCH', `/api/devices/${id}`, { body: { state: 'suspended' } })
    using scene = openConsole(hub, '#/devices?userId=ada', { language: 'ru' })
    await scene.says('2 приостановлены.')
    await scene.says('Пользователя ada')
    await waitFor(() => expect(rowNames()).toEqual(['board-1', 'board-2']))
    fireEvent.click(screen.getByLabelText('Выбрать Устройства'))
    await scene.click('Возобновить')
    await scene.says('Сделано для 2 из 2.')
    expect(await stateOf('board-2')).toBe('active')
    await scene.click('Закрыть')
    await scene.click('Отозвать и отключить сейчас')
    await scene.says('2 устройства: все сертификаты отзываются')
  })

  test('counts what could not be done', async () => {
    using scene = openConsole(hub, '#/devices?q=bare')
    await waitFor(() => expect(rowNames()).toEqual(['bare']))
    fireEvent.click(screen.getByLabelText('Select bare'))
    await scene.click('Revoke and cut off now')
    await scene.confirm('Revoke and cut off now')
    await scene.says('Done for 0 of 1.')
  })

  test('shows an auditor nothing that he may not do, in Russian as well', async () => {
    const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'reader', role: 'auditor' } })).json()
    using scene = openConsole(hub, '#/devices', { token, language: 'ru' })
    await scene.says(/На связи \d из 4 устройств\./)
    await waitFor(() => expect(rowNames()).toHaveLength(4))
    expect(screen.queryByText('Добавить устройство')).toBeNull()
    expect(screen.queryAllByRole('checkbox')).toEqual([])
  })
})

test('a device that is online is told with its address, and without it when it has left', async () => {
  await using small = await startTestHub()
  const client = await small.connect(await small.enrol('board-1'), { clientId: 'board-1' })
  const row = (): string => document.querySelector('tbody tr')?.textContent ?? ''
  using scene = openConsole(small, '#/devices')
  await scene.says('1 of 1 device online.')
  await scene.says(/127\.0\.0\.1|::1/)
  expect(row()).toContain('online')
  expect(row()).not.toContain('never')
  await scene.click('Offline')
  await scene.says('No device fits these filters.')
  const hasLeft = new Promise((resolve) => small.hub.events.subscribe('device.disconnected', resolve))
  await client.endAsync()
  await hasLeft
  await scene.click('Offline')
  await scene.says('offline')
  expect(row()).not.toMatch(/127\.0\.0\.1|::1|never/)
})

describe('the end of a certificate', () => {
  test.each([
    [300, undefined, 'in 64 days'],
    [340, 'badge warn', 'in 24 days'],
    [370, 'badge bad', '5 days ago'],
  ])('after %i days of 365', async (days, badge, words) => {
    await using old = await startTestHub()
    await old.enrol('board-1')
    old.clock.advance(days * 86_400_000)
    using scene = openConsole(old, '#/devices')
    await scene.says(words)
    expect(screen.getByText(words).closest('.badge')?.className).toBe(badge)
  })
})

test('an empty list shows an auditor no way to add to it', async () => {
  await using empty = await startTestHub()
  const { token } = (await empty.api('POST', '/api/tokens', { body: { name: 'reader', role: 'auditor' } })).json()
  using scene = openConsole(empty, '#/devices', { token })
  await scene.says('No device is registered yet.')
  expect(screen.queryByText('Add a device')).toBeNull()
})

test('a list in an order that there is not says what is wrong with the question', async () => {
  using scene = openConsole(hub, '#/devices?sort=colour')
  await scene.says('Request id')
  expect(rowNames()).toEqual([])
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
})
