import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { openRunner, readSteps } from '../support/actions-job.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { findGuidePorts } from '../support/guide-ports.ts'
import { findOldNode } from '../support/old-node.ts'
import { installTarball, listFiles, packTarball } from '../support/package-tarball.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** The example of the guide below this heading. */
function example(heading: string): string {
  const block = readGuide('docs/testing.md').find((each) => each.heading === heading && each.language === 'js')
  if (!block) throw new Error(`the guide has no example for ${heading}`)
  return block.text
}

const stack = new AsyncDisposableStack()
let project: string
let installed: string

// The compiler and npm, on a machine that does other things beside.
const PACKING_MS = 120_000
const JOB_MS = 300_000

/** What the machine of the job has already: the package comes from its tarball. */
const INSTALLED = [
  'npm install --global signet-hub',
  'sudo apt-get update',
  'sudo apt-get install --yes mosquitto-clients',
]

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder())
  project = stack.use(await temporaryFolder()).path
  installed = await installTarball(await packTarball(folder.path), project)
  for (const name of ['vitest', join('@types', 'node')]) {
    await mkdir(join(project, 'node_modules', '@types'), { recursive: true })
    await rm(join(project, 'node_modules', name), { recursive: true, force: true })
    await symlink(join(MODULES, name), join(project, 'node_modules', name))
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
}, PACKING_MS)
afterAll(() => stack.disposeAsync())

describe('the package, in an empty project', () => {
  test('holds the program, what it is built from it, and the papers', async () => {
    const files = await listFiles(installed)
    const expected =
      /^(?:bin\/signet\.mjs|dist\/.+\.(?:js|d\.ts)|dist\/drizzle\/.+\.(?:sql|json)|dist\/console\/.+\.(?:html|css|js|svg)(?:\.br)?|package\.json|README\.md|LICENSE|CHANGELOG\.md|config\.example\.yaml)$/
    expect(files.filter((file) => !expected.test(file))).toEqual([])
    // What drizzle-kit alone reads.
    expect(files.filter((file) => /_snapshot\.json$/.test(file))).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/signet.mjs',
        'config.example.yaml',
        'dist/console/index.html',
        'dist/console/index.html.br',
        'dist/drizzle/meta/_journal.json',
        'dist/main.d.ts',
        'dist/main.js',
      ]),
    )
  })

  test('runs the hub on a recent Node, and its command line beside it', async () => {
    const signet = `${process.execPath} ${join(installed, 'bin', 'signet.mjs')}`
    const env = { SIGNET_API__PORT: '0', SIGNET_MQTT__PORT: '0' }
    await using hub = startProgram(`${signet} start`, { cwd: project, env })
    const { apiPort } = JSON.parse(await hub.line(/"msg":"Hub ready"/))
    const ready = await fetch(`http://127.0.0.1:${apiPort}/readyz`)
    expect(ready.status).toBe(200)
    const added = await runProgram(`${signet} device add dev-1 --user alice`, { cwd: project })
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const version = await runProgram(`${signet} version`, { cwd: project })
    expect(version.stdout).toBe(`signet ${manifest.version}\n`)
    expect(await hub.stop()).toMatchObject({ code: 0 })
  })
})

const OLD_NODE = findOldNode()

test.skipIf(OLD_NODE === undefined)('an older Node is told the line that works', async () => {
  const { code, stderr } = await runProgram(`${OLD_NODE} ${join(installed, 'bin', 'signet.mjs')} start`, {
    cwd: project,
  })
  expect(code).toBe(1)
  expect(stderr).toContain('run npx -p node@24 -p signet-hub signet start')
})

describe('the examples of the guide', () => {
  for (const { runner, args, env } of [
    { runner: 'node:test', args: '--test pump.test.js' },
    { runner: 'vitest', args: `${join(MODULES, 'vitest', 'vitest.mjs')} run --root .` },
    {
      runner: 'jest',
      args: `${join(MODULES, 'jest', 'bin', 'jest.js')} --rootDir .`,
      env: { NODE_OPTIONS: '--experimental-vm-modules' },
    },
  ]) {
    test(
      `${runner} runs its own, and ends`,
      async () => {
        const folder = join(project, runner.replace(':', '-'))
        await mkdir(folder)
        await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
        await writeFile(join(folder, 'pump.test.js'), example(runner))
        const outer = { VITEST: '', VITEST_WORKER_ID: '', VITEST_POOL_ID: '', NODE_ENV: 'test', CI: '' }
        const ended = await runProgram(`${process.execPath} ${args}`, {
          cwd: folder,
          env: { ...outer, ...env },
          patience: PACKING_MS,
        })
        expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 })
        expect(ended.stdout + ended.stderr).toMatch(/pass 1\b|Tests.+1 passed|1 passed/)
      },
      PACKING_MS,
    )
  }

  test(
    'the types of both doors are there for who uses them',
    async () => {
      await writeFile(
        join(project, 'typed.ts'),
        `import { startHub, type HubSettings } from 'signet-hub'
import { startTestHub, type TestDevice } from 'signet-hub/testing'
const settings: HubSettings = { mqtt: { inflight: 8 } }
await using hub = await startTestHub({ settings })
const device: TestDevice = await hub.addDevice('pump-7')
export const topic: string = device.topic
await hub.publish(topic, '{}', { qos: 1 })
await hub.clock.advance(1000)
// @ts-expect-error MQTT knows no QoS 3
await hub.publish(topic, '', { qos: 3 })
export const port: number = (await startHub({ settings })).mqttPort
// @ts-expect-error a device has an id
await hub.addDevice()
`,
      )
      const options = '--noEmit --strict --skipLibCheck --module nodenext --target esnext --lib esnext --types node'
      const tsc = join(MODULES, 'typescript', 'bin', 'tsc')
      const checked = await runProgram(`${process.execPath} ${tsc} ${options} typed.ts`, {
        cwd: project,
        patience: PACKING_MS,
      })
      expect(checked).toMatchObject({ code: 0, stdout: '' })
    },
    PACKING_MS,
  )
})

test('the job for GitHub Actions passes, step by step, with the package', { timeout: JOB_MS }, async (context) => {
  needPrograms(context, 'bash', 'curl', 'mosquitto_pub', 'mosquitto_sub')
  await using folder = await temporaryFolder()
  // What setup-node and the first step put on the PATH.
  await using bin = await temporaryFolder()
  await symlink(join(installed, 'bin', 'signet.mjs'), join(bin.path, 'signet'))
  await symlink(process.execPath, join(bin.path, 'node'))
  const { here, env } = await findGuidePorts()
  const workflow = readGuide('docs/github-actions.md').find(({ language }) => language === 'yaml')
  const [install, ...steps] = readSteps(here(workflow?.text ?? '')).filter(({ run }) => run !== undefined)

  expect(install?.run?.trim().split('\n')).toEqual(INSTALLED)
  await using runner = openRunner(folder.path, { ...env, PATH: `${bin.path}:${process.env['PATH']}` })
  const outputs = new Map<string | undefined, string>()
  for (const step of steps) {
    const { code, output } = await runner.run(step)
    expect({ step: step.name, code }, output).toEqual({ step: step.name, code: 0 })
    outputs.set(step.name, output)
  }
  const refusals = outputs.get('Who was refused, and why')
  for (const cause of ['certificate_missing', 'certificate_revoked']) expect(refusals).toContain(cause)
})
