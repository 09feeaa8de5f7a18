import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startChildHub } from '../child-hub.ts'
import { type ProcessUsage, pinProcess, watchProcess } from './process-usage.ts'

/** A broker that is measured, alone on its core. */
export interface Contender extends ProcessUsage, AsyncDisposable {
  readonly port: number
}

/** Starts it in a folder that a hub has filled with certificates. */
export type StartContender = (folder: string) => Promise<Contender>

const BROKER_CORE = 0

// No bound of the hub's own may be met: the other broker has none.
const ROOMY = {
  SIGNET_TLS__SESSION_RESUMPTION: 'true',
  SIGNET_LIMITS__NEW_CONNECTIONS_PER_ADDRESS_PER_SECOND: '1000000',
  SIGNET_LIMITS__HALF_OPEN_PER_ADDRESS: '1000000',
  SIGNET_LIMITS__HALF_OPEN: '1000000',
  SIGNET_LIMITS__QUEUE_MESSAGES: '100000000',
  SIGNET_LIMITS__QUEUE_BYTES: '100GiB',
  SIGNET_LOG__LEVEL: 'info',
}

/** Of this checkout, or of another by its launcher. */
export function signet(launcher?: string, nodeFlags: readonly string[] = []): StartContender {
  return async (folder) => {
    const hub = await startChildHub(folder, ROOMY, { nodeFlags, ...(launcher === undefined ? {} : { launcher }) })
    pinProcess(hub.pid, BROKER_CORE)
    return {
      ...watchProcess(hub.pid),
      port: hub.mqttPort,
      [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
    }
  }
}

/** Debian's, with the hub's certificates: it too asks for one, takes the identity from it, and asks a policy. */
export const mosquitto: StartContender = async (folder) => {
  const port = await freePort()
  const own = join(folder, 'mosquitto')
  const certs = join(folder, 'certs')
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'acl'), 'user load\ntopic readwrite bench/#\n', { mode: 0o600 })
  writeFileSync(
    join(own, 'mosquitto.conf'),
    [
      `user ${userInfo().username}`,
      'persistence false',
      'log_type error',
      'max_queued_messages 0',
      'max_inflight_messages 32',
      `listener ${port} 127.0.0.1`,
      `cafile ${join(certs, 'ca-cert.pem')}`,
      `certfile ${join(certs, 'server-cert.pem')}`,
      `keyfile ${join(certs, 'server-key.pem')}`,
      'tls_version tlsv1.3',
      'require_certificate true',
      'use_identity_as_username true',
      `acl_file ${join(own, 'acl')}`,
      '',
    ].join('\n'),
  )
  const child = spawn('/usr/sbin/mosquitto', ['-c', join(own, 'mosquitto.conf')], {
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const pid = child.pid ?? 0
  await listening(port)
  pinProcess(pid, BROKER_CORE)
  return {
    ...watchProcess(pid),
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Node without a broker: what no broker in Node goes below. */
export const bareNode: StartContender = async (folder) => {
  const script = fileURLToPath(new URL('bare-forwarder.ts', import.meta.url))
  const child = spawn(process.execPath, [script, join(folder, 'certs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  pinProcess(pid, BROKER_CORE)
  return {
    ...watchProcess(pid),
    port: JSON.parse(line).port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await wait(50)
  }
}
