import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// They come with one that .ci/run installs, with every Debian, or with what .ci/run itself runs.
const COMES_WITH: Readonly<Record<string, string>> = {
  certtool: 'gnutls-cli',
  ocsptool: 'gnutls-cli',
  mosquitto_passwd: 'mosquitto',
  mosquitto_rr: 'mosquitto_pub',
  mosquitto_sub: 'mosquitto_pub',
}
const EVERYWHERE = new Set(['bash', 'node', 'npm', 'stdbuf', 'tar'])

test('.ci/run installs every program that a test needs', () => {
  const run = readFileSync('.ci/run', 'utf8')
  const installed = new Set([...run.matchAll(/^ {2}\[([\w-]+)\]=[\w-]+$/gm)].map(([, name]) => name))
  const needed = new Set(listTests('test').flatMap((file) => readNeeded(readFileSync(file, 'utf8'))))
  expect(needed.size).toBeGreaterThan(10)
  for (const name of needed.difference(EVERYWHERE)) expect(installed, name).toContain(COMES_WITH[name] ?? name)
})

function listTests(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return entries.filter((name) => name.endsWith('.test.ts')).map((name) => join(folder, name))
}

function readNeeded(text: string): readonly string[] {
  const calls = [...text.matchAll(/needPrograms\(([^)]*)\)/g)].map(([, values = '']) => values)
  return calls.flatMap((values) => [...values.matchAll(/'([\w-]+)'/g)].map(([, name = '']) => name))
}
