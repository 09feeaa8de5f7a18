import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type TestContext, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const PKCS10 = "-H 'Content-Type: application/pkcs10'"
const TAKE = 'openssl base64 -d -A -in answer | openssl pkcs7 -inform DER -print_certs -out'

async function open(context: TestContext, settings = {}) {
  needPrograms(context, 'openssl', 'curl')
  const hub = await startTestHub({ settings })
  const run = async (line: string): Promise<Ended> => {
    const ended = await runProgram(`sh -ec "$TYPED"`, { cwd: hub.folder, env: { TYPED: line } })
    if (ended.code !== 0) throw new Error(`${line}\n${ended.stdout}\n${ended.stderr}`)
    return ended
  }
  const curl = (flags: string, call: string): Promise<Ended> =>
    run(
      `curl -sS -o answer -w '%{http_code} %{content_type}' --cacert certs/ca-cert.pem ${flags} https://localhost:${hub.hub.apiPort}/.well-known/est/${call}`,
    )
  return { hub, run, curl, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

async function saveToken(hub: TestHub, request: object): Promise<string> {
  const answer = await hub.api('POST', '/api/enrolment-tokens', { body: request })
  return answer.json().token
}

test('openssl reads what EST shows to everybody', async (context) => {
  await using place = await open(context, { profiles: { own: { key_algorithms: ['ec-p384', 'rsa-3072'] } } })
  const { run, curl, hub } = place
  expect((await curl('', 'cacerts')).stdout).toBe('200 application/pkcs7-mime; smime-type=certs-only')
  await run(`${TAKE} ca.pem`)
  expect(await readFile(join(hub.folder, 'ca.pem'), 'utf8')).toContain(hub.ca.trim())
  expect((await curl('', 'own/csrattrs')).stdout).toBe('200 application/csrattrs')
  const { stdout } = await run('openssl base64 -d -A -in answer | openssl asn1parse -inform DER')
  for (const part of ['id-ecPublicKey', 'secp384r1', 'ecdsa-with-SHA384', 'rsaEncryption', 'sha256WithRSAEncryption']) {
    expect(stdout).toContain(part)
  }
  expect(stdout).toMatch(/INTEGER +:0C00/)
})

for (const { form, make } of [
  { form: 'DER', make: 'cp csr.der body' },
  { form: 'PEM', make: 'openssl req -inform DER -in csr.der -out body' },
  { form: 'base64 in lines', make: 'openssl base64 -in csr.der -out body' },
  { form: 'base64 in one line', make: 'openssl base64 -A -in csr.der -out body' },
]) {
  test(`curl enrols and enrols again with a request as ${form}; openssl verifies the chain`, async (context) => {
    await using place = await open(context, { ca: { renew_before: '364d' } })
    const { run, curl, hub } = place
    const token = await saveToken(hub, { deviceId: 'aa:bb:*' })
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout key.pem -subj /CN=aa:bb:cc'
    await run(`openssl req -new ${key} -outform DER -out csr.der && ${make}`)
    const asked = await curl(`-u aa:bb:cc:${token} ${PKCS10} --data-binary @body`, 'simpleenroll')
    expect(asked.stdout).toBe('200 application/pkcs7-mime; smime-type=certs-only')
    await run(`${TAKE} cert.pem && openssl verify -x509_strict -purpose sslclient -CAfile certs/ca-cert.pem cert.pem`)
    hub.clock.advance(2 * 86_400_000)
    const again = await curl(`--cert cert.pem --key key.pem ${PKCS10} --data-binary @body`, 'simplereenroll')
    expect(again.stdout).toBe('200 application/pkcs7-mime; smime-type=certs-only')
    await run(`${TAKE} renewed.pem && openssl verify -CAfile certs/ca-cert.pem -no_check_time renewed.pem`)
    const cert = await readFile(join(hub.folder, 'renewed.pem'), 'utf8')
    const session = await hub.connect(
      { cert, key: await readFile(join(hub.folder, 'key.pem'), 'utf8') },
      { clientId: 'aa:bb:cc' },
    )
    expect(session.connected).toBe(true)
  })
}

test('curl shows the token when it is asked for it, with a request that names nobody', async (context) => {
  await using place = await open(context)
  const { run, curl, hub } = place
  const token = await saveToken(hub, { deviceId: 'pump' })
  await run('openssl req -new -newkey rsa:2048 -noenc -keyout key.pem -subj / -outform DER -out body')
  const nobody = await curl(`-D head ${PKCS10} --data-binary @body`, 'simpleenroll')
  expect(nobody.stdout).toBe('401 application/problem+json')
  expect(await readFile(join(hub.folder, 'head'), 'utf8')).toMatch(/www-authenticate: Basic realm=/i)
  // --anyauth waits for the challenge.
  await writeFile(join(hub.folder, 'netrc'), `machine localhost login pump password ${token}\n`, { mode: 0o600 })
  const asked = await curl(`--anyauth --netrc-file netrc ${PKCS10} --data-binary @body`, 'simpleenroll')
  expect(asked.stdout).toBe('200 application/pkcs7-mime; smime-type=certs-only')
})
