import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import type { ApiCall, TestHub } from './test-hub.ts'

/** Of the caller's own choice. */
export const GIVEN = {
  authorization: 'SECRET-authorization',
  backupPassphrase: 'SECRET-backup-passphrase',
  caPassphrase: 'SECRET-ca-passphrase',
  claimGuess: 'SECRET-claim-guess',
  cookie: 'SECRET-cookie',
  estPassword: 'SECRET-est-password',
  mqttPassword: 'SECRET-mqtt-password',
  p12Password: 'SECRET-p12-password',
  payload: 'SECRET-payload',
  pin: 'SECRET-pin',
  query: 'SECRET-query',
  webhookHeader: 'SECRET-webhook-header',
  webhookPath: 'SECRET-webhook-path',
  webhookSecret: 'SECRET-webhook-secret',
}
const BROKEN_JSON = '{"broken": '
const DEVICE_CALLS = '/api/devices/pump'

export type SecretRequest = readonly [method: string, path: string, call?: ApiCall]
/** With those that the hub has made. */
export type Secrets = typeof GIVEN &
  Readonly<Record<'adminToken' | 'apiToken' | 'deviceToken' | 'enrolmentToken' | 'claim' | 'key', string>>

/** Requests that carry each secret where it belongs, and where it does not. */
export function requestsWith(secrets: Secrets): readonly SecretRequest[] {
  const pem = `-----BEGIN PRIVATE KEY-----\n${secrets.key}\n-----END PRIVATE KEY-----\n`
  const basic = (name: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  })
  const pkcs10 = { 'content-type': 'application/pkcs10' }
  const est = '/.well-known/est/simpleenroll'
  return [
    ['GET', '/api/devices', { token: secrets.authorization }],
    ['GET', '/api/devices', { token: null, headers: basic('eva', secrets.authorization) }],
    ['GET', '/api/devices', { token: secrets.deviceToken, headers: { cookie: `__Host-signet=${secrets.cookie}` } }],
    ['POST', '/api/tokens', { token: secrets.apiToken, body: { name: 'x', role: 'admin' } }],
    ['GET', `/api/devices?token=${secrets.query}`, { token: null }],
    ['GET', `/nothing?token=${secrets.query}`],
    ['PUT', `/api/devices?access_token=${secrets.query}`],
    ['GET', `/app/x?token=${secrets.query}`, { headers: { cookie: `sid=${secrets.cookie}` } }],
    ['POST', '/api/ca/lock'],
    ['POST', '/api/ca/unlock', { body: { passphrase: secrets.pin } }],
    ['POST', '/api/ca/unlock', { body: { passphrase: [secrets.pin] } }],
    ['POST', '/api/ca/unlock', { body: { passphrase: secrets.caPassphrase } }],
    ['POST', '/api/ca/rotation', { body: { certificate: 'none', key: pem } }],
    ['POST', '/api/backup', { body: { passphrase: secrets.backupPassphrase, contents: secrets.payload } }],
    ['POST', '/api/backup', { body: { passphrase: secrets.backupPassphrase, contents: 'ca' } }],
    ['POST', '/api/devices/board/certificates/p12', { body: { password: secrets.p12Password } }],
    ['POST', '/api/devices/bad%20id/certificates/p12', { body: { password: secrets.p12Password } }],
    ['POST', '/claim', { token: null, body: { secret: secrets.claimGuess, as: 'bundle' } }],
    ['POST', '/claim', { token: null, body: { secret: secrets.claim, as: 'nothing' } }],
    ['POST', '/claim', { token: null, body: { secret: secrets.claim, as: 'bundle' } }],
    ['POST', '/claim', { token: null, body: { secret: secrets.claim, as: 'bundle' } }],
    [
      'POST',
      '/api/webhooks',
      { body: { url: `https://u:${secrets.webhookPath}@a.example`, secret: secrets.webhookSecret } },
    ],
    ['POST', '/api/webhooks', { body: { url: 'https://a.example', headers: { 'bad name': secrets.webhookHeader } } }],
    [
      'POST',
      '/api/webhooks',
      { body: { url: `https://a.example/${secrets.webhookPath}`, secret: secrets.webhookSecret } },
    ],
    ['POST', `${DEVICE_CALLS}/certificates/csr`, { body: { csr: pem } }],
    ['POST', `${DEVICE_CALLS}/tokens`, { body: { expiresAt: secrets.deviceToken } }],
    [
      'PUT',
      `${DEVICE_CALLS}/legacy-credential`,
      { body: { userName: 'x', hash: { algorithm: secrets.mqttPassword } } },
    ],
    ['POST', est, { token: null, headers: { ...pkcs10, ...basic('sensor-1', secrets.estPassword) }, body: pem }],
    ['POST', est, { token: null, headers: { ...pkcs10, ...basic('sensor-1', secrets.enrolmentToken) }, body: pem }],
    ['POST', est, { token: null, headers: { ...pkcs10, ...basic('other', secrets.enrolmentToken) }, body: 'x' }],
    ['POST', '/api/diagnostics/certificate', { body: { certificate: pem } }],
    ['POST', '/api/publish', { body: { topicName: 'a/#', payload: secrets.payload } }],
    ['POST', '/api/users/default/devices/pump/rpc', { body: { method: 'open', params: { code: secrets.payload } } }],
    ['POST', '/api/devices/certificates/validate', { body: { clientid: 'pump', password: secrets.mqttPassword } }],
    ['POST', '/api/emqx/authz', { body: { clientid: 'pump', password: secrets.mqttPassword } }],
    ...['/api/tokens', '/api/webhooks', '/api/backup', '/claim', '/api/ca/unlock', '/api/import'].flatMap(
      (path): SecretRequest[] => [
        ['POST', path, { body: secrets }],
        ['POST', path, { body: BROKEN_JSON + JSON.stringify(secrets) }],
        ['POST', path, { body: JSON.stringify(secrets), headers: { 'content-type': 'text/plain' } }],
        ['POST', path, { body: JSON.stringify({ ...secrets, filler: 'x'.repeat(1_100_000) }) }],
      ],
    ),
  ]
}

/** Each makes the parser of HTTP give up at another place. */
export async function speakBrokenHttp(hub: TestHub, { authorization, query, cookie }: Secrets): Promise<void> {
  for (const head of [
    `GET /?token=${query}\x01 HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${authorization}\r\nbad header\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a b\r\nCookie: ${cookie}\r\n\r\n`,
    `GET /${query}${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    `${authorization}\r\n\r\n`,
  ]) {
    const socket = connectTls({ port: hub.hub.apiPort, host: 'localhost', ca: hub.ca })
    await once(socket, 'secureConnect')
    socket.on('error', () => undefined)
    socket.resume().end(head)
    await once(socket, 'close')
  }
}
