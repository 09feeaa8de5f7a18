import type { Command } from 'commander'
import type { AuthorityAnswer, AuthorityRotationAnswer, DependentAnswer, FactsAnswer } from './hub/answers.ts'
import { addHubOptions, addLocalHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface JsonOptions extends HubOptions {
  readonly json?: boolean
}

interface RotateOptions extends JsonOptions {
  readonly keyAlgorithm?: string
  readonly hierarchy?: string
}

interface ImportOptions extends Pick<JsonOptions, 'config' | 'dataDir' | 'json'> {
  readonly cert: string
  readonly key: string
  readonly chain?: string
}

/** How one CA follows another. */
export function addAuthorityRotationCommands(ca: Command, context: CommandContext): void {
  const { stdout, cwd } = context.terminal
  const verb = (usage: string, description: string): Command =>
    addHubOptions(ca.command(usage).description(description)).option('--json', 'as JSON')

  verb('list', 'list every CA of the hub, the one that issues first').action(async (options: JsonOptions) => {
    const hub = await openHubClient(options, context)
    const { items } = await hub.call<{ readonly items: readonly AuthorityAnswer[] }>('GET', '/api/ca/authorities')
    printItems(stdout, items, COLUMNS, options)
  })

  verb('rotate', 'let a new CA issue from now on; the old one is trusted until it is retired')
    .option('--key-algorithm <name>', 'ec-p256, rsa-2048, rsa-3072, rsa-4096 or ed25519')
    .option('--hierarchy <name>', 'single or two_tier')
    .action(async ({ keyAlgorithm, hierarchy, ...options }: RotateOptions) => {
      await begin({ keyAlgorithm, hierarchy }, options)
    })

  // A CA's key does not leave its machine: it goes over the local socket, and --cert and --key are its own.
  addLocalHubOptions(ca.command('import').description('the same with a CA that was made elsewhere'))
    .option('--json', 'as JSON')
    .requiredOption('--cert <file>', 'its certificate, alone or with what leads to its root')
    .requiredOption('--key <file>', 'its private key, not encrypted')
    .option('--chain <file>', 'what leads to its root, where that is kept apart')
    .action(async ({ cert, key, chain, ...options }: ImportOptions) => {
      const read = async (path: string): Promise<string> => (await readNamedFile(path, cwd)).toString()
      const texts = { certificate: await read(cert), key: await read(key) }
      await begin(chain === undefined ? texts : { ...texts, chain: await read(chain) }, options)
    })

  verb('rotation', 'tell how far a rotation has come, and who depends on the old CA').action(
    async (options: JsonOptions) => {
      const hub = await openHubClient(options, context)
      const status = await hub.call<AuthorityRotationAnswer>('GET', '/api/ca/rotation')
      const items = await hub.list<DependentAnswer>('/api/ca/rotation')
      if (options.json) return void stdout.write(`${JSON.stringify({ ...status, items, nextCursor: null }, null, 2)}\n`)
      stdout.write(renderFields(readProgress(status)))
      if (items.length === 0) return
      stdout.write('\n')
      printItems(stdout, items, DEPENDENTS, options)
    },
  )

  verb('retire', 'trust the old CA no more; refused while anybody depends on it')
    .option('--force', 'cut off whoever still depends on it')
    .action(async ({ force = false, ...options }: JsonOptions & { readonly force?: boolean }) => {
      const hub = await openHubClient(options, context)
      const answer = await hub.call<{ readonly retired: FactsAnswer }>('POST', '/api/ca/rotation/retire', { force })
      tell(answer.retired, 'Retired', options)
    })

  async function begin(body: object, options: JsonOptions): Promise<void> {
    const hub = await openHubClient(options, context)
    const answer = await hub.call<{ readonly current: FactsAnswer }>('POST', '/api/ca/rotation', body)
    tell(answer.current, 'Issues now', options)
  }

  function tell(facts: FactsAnswer, what: string, { json }: JsonOptions): void {
    if (json) return void stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
    stdout.write(
      renderFields([
        [what, facts.subject],
        ['Fingerprint', facts.fingerprint],
        ['Not after', facts.notAfter],
      ]),
    )
  }
}

const COLUMNS: readonly Column<AuthorityAnswer>[] = [
  ['STATE', ({ state }) => state],
  ['SUBJECT', ({ subject }) => subject],
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
  ['CRL', ({ revocationList }) => revocationList],
]

const DEPENDENTS: readonly Column<DependentAnswer>[] = [
  ['KIND', ({ kind }) => kind],
  ['ID', ({ id }) => id],
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]

function readProgress({ current, retiring, since, dependents, moved }: AuthorityRotationAnswer) {
  if (!retiring) return [['Issuing', current.subject] as const, ['Rotation', 'none is underway'] as const]
  const total = Object.values(dependents).reduce((sum, count) => sum + count, 0)
  return [
    ['Issuing', current.subject],
    ['Retiring', retiring.subject],
    ['Since', since],
    ['Devices moved', `${moved.connected} connected, ${moved.issued} issued`],
    ['Still depend', total],
  ] as const
}
