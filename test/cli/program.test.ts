import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { run } from './terminal.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the README names every command, and no other', async () => {
  const [, section = ''] = /^## Commands\n\n(.*?)\n/ms.exec(README) ?? []
  const named = [...section.matchAll(/`([^`]+)`/g)].flatMap(([, entry = '']) => {
    const [, path = '', verbs = ''] = /^((?:[a-z-]+ )*?)([a-z\d-]+(?: \| [a-z\d-]+)*)(?: \[ID\])?$/.exec(entry) ?? []
    return verbs.split(' | ').map((verb) => `${path}${verb}`)
  })
  expect(named.toSorted()).toEqual((await readCommands('')).toSorted())
})

/** The lines that do something: a group is the commands in it. */
async function readCommands(path: string): Promise<readonly string[]> {
  const { stdout } = await run({ argv: [...path.split(' ').filter(Boolean), '--help'], cwd: tmpdir() })
  const [, list] = /^Commands:\n(.*?)(?:\n\n|$(?![\s\S]))/ms.exec(stdout) ?? []
  if (list === undefined) return [path]
  const names = [...list.matchAll(/^ {2}([a-z][a-z\d-]*)/gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : [name],
  )
  return (await Promise.all(names.map((name) => readCommands(`${path} ${name}`.trim())))).flat()
}
