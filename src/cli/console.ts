import { type Command, Option } from 'commander'
import type { NewSignInLinkAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import type { CommandContext } from './ports.ts'

interface LinkOptions extends HubOptions {
  readonly json?: boolean
}

/** `console-link` and `invite`: how people sign in to the console. */
export function addConsoleCommands(program: Command, context: CommandContext): void {
  const verb = (usage: string, description: string): Command =>
    addHubOptions(program.command(usage).description(description)).option('--json', 'as JSON')

  verb('console-link', 'make a link by which you sign in to the console, once').action((options: LinkOptions) =>
    printLink({}, options, context),
  )

  verb('invite <name>', 'make a link by which a colleague signs in to the console, once, under this name')
    .addOption(new Option('--role <role>', 'what the colleague may do').choices(ROLES).makeOptionMandatory())
    .action((name: string, { role, ...options }: LinkOptions & { readonly role: string }) =>
      printLink({ name, role }, options, context),
    )
}

const ROLES = ['admin', 'operator', 'auditor']

const withCertificate = (name: string): string =>
  `in only whose browser shows a certificate of the administrator ${name}`

/** Where a link is not enough. */
const LIMITS: Readonly<Record<string, ((name: string) => string) | undefined>> = {
  mtls: withCertificate,
  mtls_and_token: withCertificate,
  https_only: () => 'nobody in',
}

interface LinkRequest {
  readonly name?: string
  readonly role?: string
}

async function printLink(
  request: LinkRequest,
  { json, ...options }: LinkOptions,
  context: CommandContext,
): Promise<void> {
  const { stdout, stderr } = context.terminal
  const hub = await openHubClient(options, context)
  const made = await hub.call<NewSignInLinkAnswer>('POST', '/api/sign-in-links', request)
  const { api: mode } = await hub.call<{ readonly api: string }>('GET', '/api/mode')
  const { link, name, role, expiresAt } = made
  if (new URL(link).hostname === 'localhost') {
    stderr.write('Warning: the link leads to localhost, which is this machine alone: set public_host\n')
  }
  const limit = LIMITS[mode]?.(name)
  if (limit !== undefined) stderr.write(`Warning: with api.auth ${mode} the link lets ${limit}\n`)
  if (json) {
    stdout.write(`${JSON.stringify(made, null, 2)}\n`)
    return
  }
  // The link alone on stdout: it goes into a browser or a message as it is.
  stdout.write(`${link}\n`)
  stderr.write(`Whoever opens it first is signed in as ${name}, role ${role}, once, until ${expiresAt}\n`)
}
