import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findOldNode } from './support/old-node.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const LAUNCHER = fileURLToPath(new URL('../bin/signet.mjs', import.meta.url))
const OLD_NODE = findOldNode()
const NODES = [
  { name: 'a recent Node', node: process.execPath },
  ...(OLD_NODE === undefined ? [] : [{ name: 'an older Node', node: OLD_NODE }]),
]

function launch(node: string, args: readonly string[], { cwd = '/', launcher = LAUNCHER } = {}) {
  const child = spawn(node, [launcher, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  return {
    child,
    /** After both pipes are closed: nobody who inherited them is alive. */
    async finished() {
      const [[code, signal], [stdout, stderr]] = await Promise.all([exited, output])
      return { code, signal, stdout, stderr }
    },
  }
}

/** A verb that runs until it is stopped: the simulator, at a peer that never answers. */
async function launchWaiting(node: string, launcherArgs = {}) {
  // It reads, so that it sees the end; a reset is an end too.
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const names = ['--user-id', 'me', '--device-id', 'dev-1', '--mqtt-host', '127.0.0.1', '--mqtt-secure-port', `${port}`]
  const launched = launch(node, ['simulate', '--use-tls', 'false', ...names], launcherArgs)
  await once(server, 'connection')
  return { ...launched, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

for (const { name, node } of NODES) {
  describe(`started by ${name}`, () => {
    test('what follows ends when who reads it has left, as head does', async () => {
      await using folder = await temporaryFolder()
      await mkdir(join(folder.path, 'data'))
      await using server = createHttpServer((_request, response) => {
        const beat = setInterval(() => response.write('id: 1\ndata: {"id":"1"}\n\n'), 10)
        response.on('close', () => clearInterval(beat))
      })
      await once(server.listen(join(folder.path, 'data', 'hub.sock')), 'listening')
      const args = [LAUNCHER, 'events', '--follow', '--json']
      const child = spawn(node, args, { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(child, 'exit')
      child.stdout.once('data', () => child.stdout.destroy())
      expect(await exited).toEqual([0, null])
    })

    for (const { args, code, stdout, stderr } of [
      { args: ['version'], code: 0, stdout: /^signet \d+\.\d+\.\d+\n$/, stderr: /^$/ },
      { args: [], code: 2, stdout: /Usage: signet/, stderr: /^$/ },
      { args: ['config', 'check'], code: 0, stdout: /is valid/, stderr: /^$/ },
      { args: ['config', 'check', '--api-prot=1'], code: 78, stdout: /^$/, stderr: /--api-port/ },
      { args: ['device', 'show', 'a b'], code: 1, stdout: /^$/, stderr: /cannot be a device id/ },
    ]) {
      test(`signet ${args.join(' ')} exits ${code}`, async () => {
        await using folder = await temporaryFolder()
        const finished = await launch(node, args, { cwd: folder.path }).finished()
        expect(finished).toMatchObject({ code, signal: null })
        expect(finished.stdout).toMatch(stdout)
        expect(finished.stderr).toMatch(stderr)
      })
    }

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      test(`${signal} stops it in order, exit 0`, async () => {
        await using waiting = await launchWaiting(node)
        waiting.child.kill(signal)
        const finished = await waiting.finished()
        expect(finished).toMatchObject({ code: 0, signal: null, stderr: '' })
        expect(finished.stdout).toMatch(/stopped\n$/)
      })
    }

    test('a signal that nobody handles ends it as that signal', async () => {
      await using waiting = await launchWaiting(node)
      waiting.child.kill('SIGHUP')
      expect(await waiting.finished()).toMatchObject({ code: null, signal: 'SIGHUP' })
    })
  })
}

// A device of Linux on which every write finds the disk full.
describe.skipIf(!existsSync('/dev/full'))('on a full disk', () => {
  async function launchOnto(device: string, args: readonly string[], cwd: string) {
    const full = await open(device, 'w')
    const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd, stdio: ['ignore', full.fd, 'pipe'] })
    await full.close()
    return { child, stderr: child.stderr && text(child.stderr), exited: once(child, 'exit') }
  }

  test('a command says that its output is missing, and fails', async () => {
    const { stderr, exited } = await launchOnto('/dev/full', ['version'], '/')
    expect(await exited).toEqual([1, null])
    expect(await stderr).toMatch(/^signet: The output cannot be written: ENOSPC.*\n$/)
  })

  test('a hub whose log is there serves on, and stops in order', async () => {
    await using folder = await temporaryFolder()
    const ports = ['--api-port', '0', '--mqtt-port', '0']
    const { child, stderr, exited } = await launchOnto('/dev/full', ['start', ...ports], folder.path)
    const list = () => launch(process.execPath, ['device', 'list', '--json'], { cwd: folder.path }).finished()
    await expect.poll(async () => (await list()).code, { timeout: 20_000, interval: 200 }).toBe(0)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(await stderr).toBe('')
  }, 30_000)
})

describe.skipIf(OLD_NODE === undefined)('between an older Node and the installed one', () => {
  const node = OLD_NODE ?? ''

  test('the child stops in order when its launcher is killed with -9', async () => {
    await using waiting = await launchWaiting(node)
    waiting.child.kill('SIGKILL')
    const { signal, stdout } = await waiting.finished()
    expect(signal).toBe('SIGKILL')
    expect(stdout).toMatch(/stopped\n$/)
  })

  test('the child inherits neither the channel nor the variable that told it of its launcher', async () => {
    await using project = await createProject('[process.env.NODE_CHANNEL_FD, process.env.SIGNET_LAUNCHED]')
    await installNode(project.path)
    const { stdout } = await launch(node, [], { launcher: project.launcher }).finished()
    expect(stdout).toBe('[null,null]')
  })

  test('a Node installed in a folder above is found too', async () => {
    await using project = await createProject('process.versions.node')
    await installNode(join(project.path, '..'))
    const { code, stdout } = await launch(node, [], { launcher: project.launcher }).finished()
    expect({ code, stdout }).toEqual({ code: 7, stdout: JSON.stringify(process.versions.node) })
  })

  test('where none is installed it says in one sentence what works, exit 1', async () => {
    await using project = await createProject('0')
    const { code, stdout, stderr } = await launch(node, ['start'], { launcher: project.launcher }).finished()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^signet: Node \S+ is too old, .*: run npx -p node@24 -p signet-hub signet start\n$/)
  })

  test('where the installed one is too old itself it says the same, once', async () => {
    await using project = await createProject('0')
    await installNode(project.path, node)
    const { code, stderr } = await launch(node, ['start'], { launcher: project.launcher }).finished()
    expect(code).toBe(1)
    expect(stderr.match(/is too old/g)).toHaveLength(1)
  })
})

describe('where the package is installed', () => {
  test('it runs dist/main.js, is called signet, and its exit code is that of main', async () => {
    await using project = await createProject('[terminal.command, argv]')
    const { code, stdout } = await launch(process.execPath, ['a', '--b'], { launcher: project.launcher }).finished()
    expect({ code, stdout }).toEqual({ code: 7, stdout: '["signet",["a","--b"]]' })
  })

  test('it works through the link that npm makes', async () => {
    await using project = await createProject('argv')
    const link = join(project.path, 'signet')
    await symlink(project.launcher, link)
    const { code } = await launch(process.execPath, [], { launcher: link }).finished()
    expect(code).toBe(7)
  })

  test('a reader that leaves early is no failure', async () => {
    await using project = await createProject("'x'.repeat(1_000_000)")
    const child = spawn(process.execPath, [project.launcher], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' })
  })
})

/** The package as npm installs it, with a main of its own that prints a value and returns 7. */
async function createProject(value: string) {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'package')
  for (const name of ['bin', 'dist']) await mkdir(join(path, name), { recursive: true })
  const launcher = join(path, 'bin', 'signet.mjs')
  await copyFile(LAUNCHER, launcher)
  await writeFile(join(path, 'package.json'), '{"type":"module"}')
  await writeFile(
    join(path, 'dist', 'main.js'),
    `export async function main(argv, env, terminal) {
      terminal.stdout.write(JSON.stringify(${value}))
      return 7
    }`,
  )
  return { path, launcher, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function installNode(folder: string, node: string = process.execPath): Promise<void> {
  const bin = join(folder, 'node_modules', 'node', 'bin')
  await mkdir(bin, { recursive: true })
  await symlink(node, join(bin, 'node'))
}
