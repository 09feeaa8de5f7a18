/** How long after DELETE is sent the device's socket is closed, and the answer there. Run: node bench/revocation.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiCaller } from './api-caller.ts'
import { startChildHub } from './child-hub.ts'
import { openMqttConnection } from './mqtt-connection.ts'
import { describeMachine, summarize } from './statistics.ts'

const ROUNDS = 1000
const IDLE_DEVICES = 200

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  using call = createApiCaller(hub)
  const connect = async (id: string) => {
    const { clientCert: cert, clientKey: key } = JSON.parse(
      (await call('POST', `/api/devices/certificates/${id}`)).body,
    )
    return openMqttConnection(hub, { cert, key }, id)
  }
  const others = []
  for (let index = 0; index < IDLE_DEVICES; index++) others.push(await connect(`idle-${index}`))

  const closed: number[] = []
  const answered: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const socket = await connect(`device-${round}`)
    const begin = performance.now()
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => {
        closed.push(performance.now() - begin)
        resolve()
      })
    })
    await call('DELETE', `/api/devices/certificates/device-${round}?reason=keyCompromise`)
    answered.push(performance.now() - begin)
    await gone
  }
  for (const socket of others) socket.destroy()
  const results = { requestToClosed: summarize(closed), requestToAnswer: summarize(answered) }
  console.log(
    JSON.stringify(
      { benchmark: 'revocation', unit: 'ms', idleDevices: IDLE_DEVICES, machine: describeMachine(), results },
      null,
      2,
    ),
  )
} finally {
  rmSync(folder, { recursive: true })
}
