import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { fieldsAround } from '../../src/app-log-fields.ts'
import { createLogger } from '../../src/logger.ts'
import { returnCodeOf } from '../support/login.ts'
import { GIVEN, requestsWith, type SecretRequest, type Secrets, speakBrokenHttp } from '../support/secret-requests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type ApiAnswer, startTestHub, type TestHub } from '../support/test-hub.ts'
import { openWebhookTarget } from '../support/webhook-target.ts'

/** Everything that the hub says to others than the one who asks. */
class Told {
  readonly texts: string[] = []

  /** What fails is told to whoever may look over a shoulder; what is done may hold the secret that was asked for. */
  note(answer: ApiAnswer): ApiAnswer {
    if (answer.status >= 400) this.texts.push(answer.text, JSON.stringify(answer.headers))
    return answer
  }
}

for (const format of ['json', 'text'] as const) {
  test(`no secret stands in log, problems, events and audit, whatever goes wrong; log as ${format}`, {
    timeout: 240_000,
  }, async () => {
    await using folder = await temporaryFolder()
    const told = new Told()
    const stream = { write: (text: string) => told.texts.push(text) }
    const logger = createLogger({ level: 'trace', format, stream, around: fieldsAround })
    await using hub = await startTestHub({
      folder: folder.path,
      logger,
      settings: {
        ca: { passphrase: GIVEN.caPassphrase, renew_before: '366d' },
        webhooks: { allow: ['127.0.0.0/8'] },
        server: { reverse_proxy: [{ path: '/app', host: '127.0.0.1', port: 1 }] },
      },
    })
    await using target = await openWebhookTarget(hub)
    target.status = 500
    const made = await makeSecrets(hub, target.url)
    const secrets = { ...GIVEN, ...made.secrets }
    // Text is made from the same lines: what is kept is enough to see that they are.
    const requests = requestsWith(secrets).filter((request) => format === 'json' || isKept(request))
    await connectInEveryWay(hub, made, told)
    for (const [method, path, call] of requests) told.note(await hub.api(method, path, call))
    await speakBrokenHttp(hub, secrets)
    await target.waitFor(1)
    for (const path of LISTS) told.texts.push((await hub.api('GET', path, LIST)).text)
    breakTables(hub)
    for (const [method, path, call] of requests.filter(isKept)) told.note(await hub.api(method, path, call))
    await hub[Symbol.asyncDispose]()

    const everything = told.texts.join('\n')
    expect(everything).toContain('A request failed')
    for (const [name, secret] of Object.entries(secrets)) {
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -4), encodeURIComponent(secret)]) {
        expect(everything.includes(form), `${name} in ${contextOf(everything, form)}`).toBe(false)
      }
    }
  })
}

/** Not as a stream. */
const LIST = { headers: { accept: 'application/json' } }
const LISTS = [
  '/api/events?limit=500',
  '/api/audit?limit=500',
  '/api/diagnostics/refusals?limit=500',
  '/api/devices/pump/diary',
  '/api/webhooks',
  '/api/tokens',
  '/api/enrolment-tokens',
  '/api/ca',
  '/metrics',
  '/readyz',
]

interface Made {
  readonly secrets: Omit<Secrets, keyof typeof GIVEN>
  readonly key: string
  readonly cert: string
}

async function makeSecrets(hub: TestHub, url: string): Promise<Made> {
  const make = async (path: string, body?: object) => {
    const answer = await hub.api('POST', path, body ? { body } : {})
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`)
    return answer.json()
  }
  const { cert, key } = await hub.enrol('pump')
  const { secret: webhookSecret, webhookHeader, webhookPath } = { ...GIVEN, secret: GIVEN.webhookSecret }
  const headers = { authorization: webhookHeader }
  await make('/api/webhooks', { url: `${url}/${webhookPath}`, secret: webhookSecret, headers, events: ['*'] })
  const { token: apiToken } = await make('/api/tokens', { name: 'ci', role: 'auditor' })
  const { token: deviceToken } = await make('/api/devices/pump/tokens')
  const { token: enrolmentToken } = await make('/api/enrolment-tokens', { deviceId: 'sensor-*' })
  const claim = new URL((await make('/api/devices/board/claims')).link).hash.slice(1)
  const secrets = { adminToken: hub.adminToken, apiToken, deviceToken, enrolmentToken, claim, key: bodyOf(key) }
  return { secrets, cert, key }
}

/** What tells it from another key of its kind. */
function bodyOf(pem: string): string {
  return pem.replaceAll(/-----.*-----|\s/g, '').slice(48, 90)
}

async function connectInEveryWay(hub: TestHub, { secrets, cert, key }: Made, told: Told): Promise<void> {
  const { deviceToken } = secrets
  const packet = {
    clientId: 'pump',
    will: { topic: 'w', payload: Buffer.from(GIVEN.payload), qos: 0, retain: false },
  } as const
  expect(await returnCodeOf(hub, { cert, key, username: 'pump', password: deviceToken }, packet)).toBe(0)
  expect(await returnCodeOf(hub, { username: 'other', password: deviceToken }, { clientId: 'other' })).not.toBe(0)
  expect(await returnCodeOf(hub, { username: 'pump', password: GIVEN.mqttPassword })).not.toBe(0)
  expect(await returnCodeOf(hub, { cert, key, username: 'pump', password: GIVEN.mqttPassword })).not.toBe(0)
  const client = await hub.connect({ cert, key }, { clientId: 'pump' })
  await client.publishAsync('users/default/devices/pump/telemetry', GIVEN.payload, { qos: 1 })
  await client.publishAsync('forbidden', GIVEN.payload, { qos: 1 }).catch(() => undefined)
  await client.publishAsync('users/default/devices/pump/certificate/request', GIVEN.payload, { qos: 1 })
  told.note(await hub.api('DELETE', '/api/devices/certificates/pump'))
  await expect(hub.connect({ cert, key }, { clientId: 'pump' })).rejects.toThrow()
}

/** What it carries is for the database. */
const isKept = ([method, path]: SecretRequest): boolean =>
  method !== 'GET' && /^\/(?:claim|\.well-known|api\/webhooks|api\/devices\/pump)/.test(path)

/** Where a secret, or what is made of it, would be kept, nothing is from now on, and that is told of. */
function breakTables(hub: TestHub): void {
  using stack = new DisposableStack()
  const database = stack.adopt(new SQLite(`${hub.dataDir}/hub.db`), (open) => void open.close())
  for (const name of ['webhooks', 'claims', 'enrolment_tokens', 'identity_tokens', 'legacy_credentials', 'devices'])
    for (const act of ['INSERT', 'UPDATE'])
      database.exec(
        `CREATE TRIGGER no_${act}_${name} BEFORE ${act} ON ${name} BEGIN SELECT RAISE(ABORT, 'broken'); END`,
      )
}

function contextOf(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return text.slice(Math.max(0, at - 300), at + 60)
}

describe('where the hub does not start', () => {
  test('the PIN of an HSM stands neither in the log nor in the error', async () => {
    await using folder = await temporaryFolder()
    const lines: string[] = []
    const logger = createLogger({ level: 'trace', format: 'json', stream: { write: (text) => lines.push(text) } })
    const hsm = { module: `${folder.path}/none.so`, token_label: 'a', key_label: 'b', pin: GIVEN.pin }
    const started = startTestHub({ folder: folder.path, logger, settings: { ca: { hsm } } })
    const error = await started.then(
      () => undefined,
      (reason: Error) => `${reason.stack} ${JSON.stringify(reason)}`,
    )
    expect(error).toBeDefined()
    expect(error + lines.join('')).not.toContain(GIVEN.pin)
  })
})
