import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { type HubProcess, linkProgram, startKillableHub } from '../support/hub-process.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { nextMessage } from '../support/next-message.ts'
import { startProgram } from '../support/program.ts'
import { residentBytes } from '../support/resident-bytes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Credentials, startTestHub } from '../support/test-hub.ts'

const MESSAGES = 500
const SHORTEST = 60_000
const MEBIBYTE = 2 ** 20

// Linux tells a process's resident memory in /proc.
test.skipIf(process.platform !== 'linux')(
  'clients that are stopped under a flood cost others nothing; the persistent one gets all when it goes on',
  { timeout: 240_000 },
  async (context) => {
    needPrograms(context, 'mosquitto_sub', 'stdbuf')
    await using folder = await temporaryFolder()
    const { ca, publisher, kept, lossy } = await enrol(folder.path)
    await linkProgram(folder.path)
    await using hub = await startKillableHub(folder.path)
    // A message is told by its length, which is its number.
    const subscribe = (flags: string) =>
      startProgram(
        `stdbuf -oL mosquitto_sub -d --cafile certs/ca-cert.pem -h localhost -p ${hub.mqttPort} -F 'number %l' ${flags}`,
        { cwd: folder.path },
      )
    await using persistent = subscribe(`${kept} -i kept -c -q 1 -t flood`)
    await using clean = subscribe(`${lossy} -q 0 -t flood`)
    await Promise.all([persistent.line(/received SUBACK/), clean.line(/received SUBACK/)])
    const client = await connect(hub, ca, publisher)
    await client.subscribeAsync('other', { qos: 1 })

    for (const stopped of [persistent, clean]) void stopped.stop('SIGSTOP')
    const pid = Number(readFileSync(join(folder.path, 'data/hub.pid'), 'utf8'))
    const before = residentBytes(pid)
    const highest: number[] = []
    for (let number = 0; number < MESSAGES; number++) {
      await client.publishAsync('flood', Buffer.alloc(SHORTEST + number), { qos: 1 })
      if (number % 50 > 0) continue
      const arrived = nextMessage(client)
      await client.publishAsync('other', `${number}`, { qos: 1 })
      expect(await arrived).toEqual({ topic: 'other', payload: `${number}` })
      highest.push(residentBytes(pid))
    }
    // 30 MB for each of the two, of which the kernel takes some and the outbox 8 MB at most.
    expect(Math.max(...highest) - before).toBeLessThan(150 * MEBIBYTE)

    for (const stopped of [persistent, clean]) void stopped.stop('SIGCONT')
    await persistent.line(new RegExp(`^number ${SHORTEST + MESSAGES - 1}$`))
    expect(numbersIn(persistent.output)).toEqual(Array.from({ length: MESSAGES }, (_, index) => SHORTEST + index))
    expect(numbersIn(clean.output).length).toBeLessThan(MESSAGES)
    await client.endAsync()
  },
)

async function enrol(folder: string) {
  await using hub = await startTestHub({ folder })
  const flags = async (name: string) => saveCredentials(folder, name, await hub.enrolService(name, ['#']))
  return {
    ca: hub.ca,
    publisher: await hub.enrolService('publisher', ['#']),
    kept: await flags('kept'),
    lossy: await flags('lossy'),
  }
}

function connect({ mqttPort }: HubProcess, ca: string, { cert, key }: Credentials): Promise<MqttClient> {
  return connectAsync({ protocol: 'mqtts', host: 'localhost', port: mqttPort, ca, cert, key, reconnectPeriod: 0 })
}

function numbersIn(output: string): readonly number[] {
  return [...output.matchAll(/^number (\d+)$/gm)].map(([, number]) => Number(number))
}
