import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderQrCode } from '../../../src/cli/output/qr.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { run } from '../terminal.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

function claim(argv: readonly string[], isTTY = false) {
  return run({ argv: ['device', 'claim', ...argv], cwd: hub.folder, isTTY })
}

describe('device claim', () => {
  test('prints the link alone, for a program, and says on the side what it is', async () => {
    const { code, stdout, stderr } = await claim(['pump', '--user', 'ann'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^https:\/\/localhost:\d+\/claim#sgn_\w{12}_[\w-]{43}\n$/)
    expect(stderr).toContain('set public_host')
    expect(stderr).toContain('gets the key of device pump, once, until ')
    expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'ann' })
  })

  test('draws its QR code on a terminal', async () => {
    const { stdout } = await claim(['drawn'], true)
    const [link = ''] = stdout.split('\n')
    expect(stdout).toBe(`${link}\n${renderQrCode(link)}`)
  })

  test('--json prints link and end', async () => {
    const expiresAt = new Date(hub.clock.now().getTime() + 3_600_000).toISOString()
    const { stdout } = await claim(['timed', '--expires-at', expiresAt, '--json'])
    expect(JSON.parse(stdout)).toEqual({
      id: expect.any(String),
      deviceId: 'timed',
      expiresAt,
      link: expect.stringContaining('/claim#'),
    })
  })

  test('--end ends the link that is open, and says so where there is none', async () => {
    await claim(['ended'])
    expect(await claim(['ended', '--end'])).toMatchObject({ stdout: 'The claim link of device ended has ended\n' })
    const again = await claim(['ended', '--end'])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('(claim_not_found)')
  })
})
