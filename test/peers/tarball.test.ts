import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { installTarball, listFiles, packTarball } from '../support/package-tarball.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('the package, in an empty project', () => {
  const stack = new AsyncDisposableStack()
  let project: string
  let installed: string

  beforeAll(async () => {
    const folder = stack.use(await temporaryFolder())
    project = stack.use(await temporaryFolder()).path
    installed = await installTarball(await packTarball(folder.path), project)
  })
  afterAll(() => stack.disposeAsync())

  test('holds the program, what it is built from it, and the papers', async () => {
    const files = await listFiles(installed)
    const expected =
      /^(?:bin\/signet\.mjs|dist\/.+\.(?:js|d\.ts)|dist\/drizzle\/.+\.(?:sql|json)|package\.json|README\.md|LICENSE|CHANGELOG\.md|config\.example\.yaml)$/
    expect(files.filter((file) => !expected.test(file))).toEqual([])
    expect(files.filter((file) => /snapshot/.test(file))).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/signet.mjs',
        'config.example.yaml',
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
