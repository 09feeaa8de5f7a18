import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEmqxConf } from '../support/emqx-conf.ts'
import { client, playEmqx } from '../support/emqx-part.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { type GuideScene, openGuideScene } from '../support/guide-scene.ts'
import { walkGuide } from '../support/guide-walk.ts'
import { listFiles } from '../support/package-tarball.ts'

// Each command is a process or two of its own, on a machine that does other things beside.
const WALK_MS = 300_000

const TRIAL = 'A fleet to try it with'

/** The other guides begin with it. */
const FLEET = readGuide('docs/from-openssl-certificates.md').filter(({ heading }) => heading === TRIAL)

test('who comes from openssl certificates gets in and back as the guide says', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using scene = await openGuideScene()
  let before: object = {}
  const leftAlone = await walkGuide(scene, readGuide('docs/from-openssl-certificates.md'), {
    [TRIAL]: async () => {
      before = await readFleet(scene)
    },
    '6. Back': async () => expect(await readFleet(scene)).toEqual(before),
  })
  expect(leftAlone).toEqual([])
})

test('who checks certificates learns what was revoked as the guide says', { timeout: WALK_MS }, async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using scene = await openGuideScene()
  expect(await walkGuide(scene, readGuide('docs/revocation.md'))).toEqual([])
})

test('who comes from Mosquitto gets in and back as the guide says', { timeout: WALK_MS }, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto', 'mosquitto_pub', 'mosquitto_sub')
  await using scene = await openGuideScene()
  await walkGuide(scene, FLEET)
  expect(await walkGuide(scene, readGuide('docs/from-mosquitto.md'))).toEqual([])
})

test('who comes from EMQX validates beside it, moves the address and gets back', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using scene = await openGuideScene()
  await walkGuide(scene, FLEET)
  const leftAlone = await walkGuide(scene, readGuide('docs/from-emqx.md'), {
    '2. What EMQX knows': answerAsEmqx,
    '4. EMQX asks the hub': async () => {
      expect(await askAsEmqx(scene, 'pump-1')).toEqual({ connect: 'allow', own: 'allow', others: 'deny' })
      expect(await askAsEmqx(scene, 'pump-3')).toEqual({ connect: 'deny', own: 'deny', others: 'deny' })
    },
    '6. Back': async () => {
      expect(await askAsEmqx(scene, 'pump-1')).toEqual({ connect: 'allow', own: 'allow', others: 'deny' })
    },
    '7. Back to the beginning': async () => {
      expect(await askAsEmqx(scene, 'pump-1')).toEqual({ connect: 'deny', own: 'deny', others: 'deny' })
    },
  })
  expect(leftAlone.map(({ heading, text }) => `${heading}: ${text.split('\n')[0]}`)).toEqual([
    "2. What EMQX knows: curl -fsu KEY:SECRET 'http://localhost:18083/api/v5/clients?limit=10000' > clients.json",
    '4. EMQX asks the hub: docker cp emqx:/opt/emqx/etc/emqx.conf emqx.conf.before',
    '5. Move the address: docker stop emqx',
    '6. Back: docker start emqx',
    '7. Back to the beginning: docker cp emqx.conf.before emqx:/opt/emqx/etc/emqx.conf',
  ])
})

test('who writes firmware renews over HTTPS and MQTT and sets a clock as the guide says', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'openssl', 'curl', 'node', 'mosquitto_rr', 'mosquitto_pub')
  await using scene = await openGuideScene()
  expect(await walkGuide(scene, readGuide('docs/renewal.md'))).toEqual([])
})

test('a device enrols with its own key, renews, and waits for a word as the guide says', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'openssl', 'curl', 'mosquitto_pub')
  await using scene = await openGuideScene()
  expect(await walkGuide(scene, readGuide('docs/enrolment.md'))).toEqual([])
})

/** All that a fleet had before the hub, by path. */
async function readFleet({ folder }: GuideScene): Promise<object> {
  const paths = (await listFiles(folder)).filter((path) => /^(?:ca|fleet)\//.test(path))
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')))
  return Object.fromEntries(paths.map((path, index) => [path, texts[index]]))
}

/** What EMQX 5 answers of its clients and bans. */
async function answerAsEmqx({ folder }: GuideScene): Promise<void> {
  const data = ['pump-1', 'pump-2', 'backend'].map((clientid) => ({
    clientid,
    proto_name: 'MQTT',
    proto_ver: 4,
    listener: 'ssl:default',
    connected: true,
  }))
  await writeFile(
    join(folder, 'clients.json'),
    JSON.stringify({ data, meta: { hasnext: false, limit: 10_000, page: 1 } }),
  )
  await writeFile(join(folder, 'banned.json'), JSON.stringify({ data: [], meta: { hasnext: false } }))
}

/** What an EMQX with the printed configuration does for a device, its own topics and those of others. */
async function askAsEmqx({ folder }: GuideScene, id: string) {
  const emqx = playEmqx(readEmqxConf(await readFile(join(folder, 'hub.conf'), 'utf8')))
  const known = client({ id, cert: await readFile(join(folder, `fleet/${id}-cert.pem`), 'utf8') })
  const publish = (topic: string) => emqx.authorize({ ...known, action: 'publish', topic, qos: '1', retain: 'false' })
  const answers = { connect: emqx.authenticate(known), own: publish(`devices/${id}/a`), others: publish('devices/x/a') }
  const verdicts = Object.entries(answers).map(async ([name, answer]) => [name, Object(await answer).result])
  return Object.fromEntries(await Promise.all(verdicts))
}
