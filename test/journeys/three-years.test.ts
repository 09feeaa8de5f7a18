import { expect, test } from 'vitest'
import { verify } from '../ca/openssl.ts'
import { administer, refusalsOf } from '../support/administrators.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readShown } from '../support/shown-certificate.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY = 86_400_000

test('over three years a device that is renewed in time is let in, and one that is forgotten ends with its year', async (context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub()
  let kept: Credentials = await hub.enrol('kept')
  const forgotten = await hub.enrol('forgotten')
  const shown = new Set<string>()
  for (let day = 0; day <= 3 * 365; day += 60) {
    if (day > 0 && day % 300 === 0) kept = await issueAgain(hub, 'kept')
    await hub.hub.reload()
    const certificate = await readShown(hub.hub.mqttPort)
    shown.add(certificate.fingerprint256)
    // OpenSSL is told what the clock of the hub says: its own stands still.
    const attime = String(Math.floor(hub.clock.now().getTime() / 1000))
    await verify(hub.folder, hub.ca, certificate.toString(), '-x509_strict', '-purpose', 'sslserver', '-attime', attime)
    await verify(hub.folder, hub.ca, kept.cert, '-x509_strict', '-purpose', 'sslclient', '-attime', attime)
    expect(await connect(hub, kept, 'kept'), `kept, day ${day}`).toBe(0)
    expect(await connect(hub, forgotten, 'forgotten'), `forgotten, day ${day}`).toBe(day < 365 ? 0 : 5)
    hub.clock.advance(60 * DAY)
  }
  expect(shown.size).toBe(4)
  const expired = (await refusalsOf(hub)).filter(
    ({ surface, cause }) => surface === 'mqtts' && cause !== 'handshake_abandoned',
  )
  expect(expired).toMatchObject([{ cause: 'certificate_expired', count: 12 }])
  const { items } = await administer(hub, 'GET', '/api/devices/kept/diary')
  const renewals = items.filter(({ event }: { readonly event: string }) => event === 'certificate_renewed')
  expect(renewals).toHaveLength(3)
})

async function issueAgain(hub: TestHub, id: string): Promise<Credentials> {
  const issued = await administer(hub, 'POST', `/api/devices/certificates/${id}`)
  return { cert: issued.clientCert, key: issued.clientKey }
}

/** The code of CONNACK. The client holds the dates of the hub's certificate against its own clock: it is told not to. */
async function connect(hub: TestHub, credentials: Credentials, clientId: string): Promise<unknown> {
  try {
    const client = await hub.connect(credentials, { clientId, rejectUnauthorized: false })
    await client.endAsync()
    return 0
  } catch (err) {
    return err instanceof Error && 'code' in err ? err.code : err
  }
}
