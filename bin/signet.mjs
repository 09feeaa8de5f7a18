#!/usr/bin/env node
// Syntax that Node 18 reads: this file's first job is to find a Node that can run the rest.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

// Older ones resume an unauthenticated TLS session as authorised.
const OLDEST_NODE = [24, 21]
// Tells the child that its launcher holds the other end of the IPC channel. It is no setting, and goes no further.
const LAUNCHED = 'SIGNET_LAUNCHED'

const script = fileURLToPath(import.meta.url)
const root = dirname(dirname(script))
const source = join(root, 'src', 'main.ts')
const isCheckout = existsSync(source)
const launched = process.env[LAUNCHED] !== undefined
delete process.env[LAUNCHED]
let failedOutput = false

if (launched) endWithLauncher()
if (isRecentEnough(process.versions.node)) await run()
else if (launched || findNode() === undefined) complain()
else launch(findNode())

async function run() {
  const output = new AbortController()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', outliveOutput)
  process.stdout.on('error', () => output.abort())
  // Saves two thirds of the time it takes to load; not in the common temporary folder, where others could put code into it.
  module.enableCompileCache(join(root, 'node_modules', '.cache', 'signet'))
  const { main, startHubAlone } = await import(isCheckout ? '../src/main.ts' : '../dist/main.js')
  const terminal = {
    // Opened by who reads it: a hub has no use for it.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    cwd: process.cwd(),
    outputEnded: output.signal,
    command: isCheckout ? relative(process.cwd(), script) || script : 'signet',
    abandon: () => process.kill(process.pid, 'SIGKILL'),
  }
  process.exitCode = await main(process.argv.slice(2), process.env, terminal, startHubAlone)
}

// Who reads our output may leave first (`signet device list | head`): that is no failure. Nor is it one of a hub that the
// disk of its log is full: devices are served, and the log goes on when there is room. Else what was asked for is missing.
function outliveOutput({ code, message }) {
  if (code === 'EPIPE' || process.argv[2] === 'start' || failedOutput) return
  failedOutput = true
  process.stderr.write(`signet: The output cannot be written: ${message}\n`)
  process.once('exit', () => {
    process.exitCode ||= 1
  })
}

function isRecentEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** The `node` package installed with the project, here or in a folder above. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = root; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', 'node', 'bin', name)
    if (existsSync(node)) return node
    if (folder === dirname(folder)) return undefined
  }
}

function launch(node) {
  const child = spawn(node, [...process.execArgv, script, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [LAUNCHED]: '1' },
  })
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP']
  const forward = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => {
    process.stderr.write(`signet: ${node} cannot be started: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward)
    if (signal === null) process.exitCode = code
    else process.kill(process.pid, signal)
  })
}

/** The kernel closes the channel when the launcher ends, be it by kill -9: then this process stops as if it was told to. */
function endWithLauncher() {
  const end = () => process.kill(process.pid, 'SIGTERM')
  if (!process.connected) end()
  process.once('disconnect', end)
  process.channel?.unref()
}

function complain() {
  const needed = OLDEST_NODE.join('.')
  const line = 'npx -p node@24 -p signet-hub signet start'
  process.stderr.write(
    `signet: Node ${process.versions.node} is too old, ${needed} or newer is needed, and none is installed with this project: run ${line}\n`,
  )
  process.exitCode = 1
}
