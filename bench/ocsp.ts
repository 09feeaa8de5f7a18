/** How many OCSP answers a hub gives in a second, by the clock and of its own CPU. Run: node bench/ocsp.ts */
import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificateId, createIssuerIds } from '../src/ca/certificate-id.ts'
import { derExtension, derOctetString, derSequence, encodeDer } from '../src/ca/der.ts'
import { DerReader } from '../src/ca/der-reader.ts'
import { createApiCaller } from './api-caller.ts'
import { watchProcess } from './brokers/process-usage.ts'
import { startChildHub } from './child-hub.ts'
import { describeMachine } from './statistics.ts'

const DEVICES = 100
const CONNECTIONS = 8
const SECONDS = 10
const NONCE = '2b0601050507300102'

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  using call = createApiCaller(hub)
  const ids: Uint8Array[] = []
  for (let index = 0; index < DEVICES; index++) {
    const { body } = await call('POST', `/api/devices/certificates/device-${index}`)
    ids.push(identify(JSON.parse(body).clientCert, hub.ca))
  }
  const usage = watchProcess(hub.pid)
  const pick = (): Uint8Array => ids[Math.floor(Math.random() * ids.length)] ?? new Uint8Array()
  const measure = async (ask: () => Question) => {
    const cpu = usage.cpuSeconds()
    const begin = performance.now()
    const answers = await askFor(SECONDS, hub.apiPort, ask)
    const seconds = (performance.now() - begin) / 1000
    return {
      answers,
      perSecond: Math.round(answers / seconds),
      perCpuSecond: Math.round(answers / (usage.cpuSeconds() - cpu)),
    }
  }
  const results = {
    withNonce: await measure(() => post(encodeRequest(pick(), randomBytes(32)))),
    keptByPost: await measure(() => post(encodeRequest(pick()))),
    keptByGet: await measure(() => get(encodeRequest(pick()))),
  }
  const setting = { devices: DEVICES, connections: CONNECTIONS, seconds: SECONDS }
  console.log(JSON.stringify({ benchmark: 'ocsp', ...setting, machine: describeMachine(), results }, null, 2))
} finally {
  rmSync(folder, { recursive: true })
}

interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: Uint8Array
}

function post(body: Uint8Array): Question {
  return { method: 'POST', path: '/pki/ocsp', body }
}

function get(body: Uint8Array): Question {
  return { method: 'GET', path: `/pki/ocsp/${encodeURIComponent(Buffer.from(body).toString('base64'))}` }
}

/** Over plain HTTP, on connections that are kept; how many answers came. */
async function askFor(seconds: number, port: number, ask: () => Question): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const end = performance.now() + seconds * 1000
  let answers = 0
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const { method, path, body } = ask()
      const outgoing = request({ agent, host: 'localhost', port, method, path })
      outgoing.end(body)
      const [incoming] = await once(outgoing, 'response')
      let octets = 0
      for await (const chunk of incoming) octets += chunk.length
      // What says only why there is no answer has five octets.
      if (incoming.statusCode !== 200 || octets < 100) throw new Error(`HTTP ${incoming.statusCode}, ${octets} octets`)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  agent.destroy()
  return answers
}

/** CertID by SHA-1, as most clients make it. */
function identify(certificatePem: string, caPem: string): Uint8Array {
  const ca = new X509Certificate(caPem)
  const [issuer] = createIssuerIds(readSubject(ca), ca)
  return createCertificateId(issuer, new X509Certificate(certificatePem).serialNumber).encoding
}

function readSubject({ raw }: X509Certificate): Buffer {
  const tbsCertificate = new DerReader(new DerReader(new DerReader(raw).read(0x30)).read(0x30))
  tbsCertificate.read(0xa0)
  tbsCertificate.read(0x02)
  for (let skipped = 0; skipped < 3; skipped++) tbsCertificate.read(0x30)
  return tbsCertificate.readWhole(0x30)
}

function encodeRequest(id: Uint8Array, nonce?: Uint8Array): Uint8Array {
  const requestList = derSequence(derSequence(id))
  const extensions = nonce ? [encodeDer(0xa2, derSequence(derExtension(NONCE, derOctetString(nonce))))] : []
  return derSequence(derSequence(requestList, ...extensions))
}
