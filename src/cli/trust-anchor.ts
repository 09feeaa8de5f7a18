import type { Command } from 'commander'
import type { TrustAnchorAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface TrustOptions extends HubOptions {
  readonly registration?: string
  readonly owner?: string
}

const PATH = '/api/ca/trust-anchors'

/** The CAs of others, whose devices may be let in. */
export function addTrustAnchorCommands(ca: Command, context: CommandContext): void {
  const { stdout, cwd } = context.terminal
  const verb = (usage: string, description: string): Command =>
    addHubOptions(ca.command(usage).description(description))

  verb('trust <file>', 'let in devices of a CA of others, by the certificate of the CA that signs them')
    .option('--registration <mode>', 'what becomes of a device that is not registered: automatic, pending or denied')
    .option('--owner <user>', 'who owns such a device: a user, or {OU} or {O} for that attribute of its subject')
    .action(async (file: string, { registration, owner, ...options }: TrustOptions) => {
      const certificate = (await readNamedFile(file, cwd)).toString()
      const hub = await openHubClient(options, context)
      const trusted = await hub.call<TrustAnchorAnswer>('POST', PATH, { certificate, registration, owner })
      stdout.write(`CA ${trusted.fingerprint} is trusted; registration ${trusted.registration}\n`)
    })

  verb('trusted', 'list the CAs of others that are trusted')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      const { items } = await hub.call<{ readonly items: readonly TrustAnchorAnswer[] }>('GET', PATH)
      printItems(stdout, items, COLUMNS, options)
    })

  verb('distrust <fingerprint>', 'trust it no more, and close the sessions of its devices').action(
    async (fingerprint: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('DELETE', `${PATH}/${encodeURIComponent(fingerprint)}`)
      stdout.write(`CA ${fingerprint} is trusted no more\n`)
    },
  )
}

const COLUMNS: readonly Column<TrustAnchorAnswer>[] = [
  ['REGISTRATION', ({ registration }) => registration],
  ['OWNER', ({ owner }) => owner],
  ['SINCE', ({ createdAt }) => createdAt],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]
