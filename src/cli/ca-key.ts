import type { Command } from 'commander'
import type { CertificateAuthorityAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient, settingsRequest } from './hub/hub-options.ts'
import { readNewPassphrase, readPassphrase } from './passphrase.ts'
import type { CommandContext, SettingsRequest } from './ports.ts'
import { SecretPrompt } from './secret-prompt.ts'

interface UnlockOptions extends HubOptions {
  readonly passphraseFile?: string
}

interface KeyOptions extends Pick<HubOptions, 'config' | 'dataDir' | 'certsDir'> {
  readonly passphraseFile?: string
  readonly newPassphraseFile?: string
}

/** The verbs about the CA's key: two ask the hub, three change the file while no hub runs. */
export function addCaKeyCommands(ca: Command, context: CommandContext): void {
  const { stdout, cwd } = context.terminal
  addHubOptions(ca.command('unlock').description("unlock the CA's key, so that certificates are issued again"))
    .option('--passphrase-file <file>', 'file that holds the passphrase, or the PIN of the HSM')
    .action(async ({ passphraseFile: file, ...options }: UnlockOptions) => {
      const hub = await openHubClient(options, context)
      await using prompt = new SecretPrompt(context.terminal)
      const question = "Passphrase of the CA's key, or PIN of its HSM: "
      const passphrase = await readPassphrase({ file, question, flag: '--passphrase-file', cwd }, prompt)
      await hub.call<CertificateAuthorityAnswer>('POST', '/api/ca/unlock', { passphrase })
      stdout.write("The CA's key is unlocked\n")
    })

  addHubOptions(
    ca.command('lock').description("forget the CA's key at once: nothing is issued until it is unlocked"),
  ).action(async (options: HubOptions) => {
    const hub = await openHubClient(options, context)
    await hub.call<CertificateAuthorityAnswer>('POST', '/api/ca/lock')
    stdout.write("The CA's key is locked\n")
  })

  addKeyVerb(ca, 'encrypt-key', "encrypt the CA's key in its file, which is in the clear")
    .option('--passphrase-file <file>', 'file that holds the passphrase (default: ca.passphrase, else it is asked for)')
    .action((options: KeyOptions) => encryptKey(options, context))

  addKeyVerb(ca, 'change-passphrase', "encrypt the CA's key in its file with another passphrase")
    .option('--passphrase-file <file>', 'file that holds the old one (default: ca.passphrase, else it is asked for)')
    .option('--new-passphrase-file <file>', 'file that holds the new one (default: it is asked for)')
    .action((options: KeyOptions) => changePassphrase(options, context))

  addKeyVerb(ca, 'decrypt-key', "write the CA's key into its file in the clear")
    .option('--passphrase-file <file>', 'file that holds the passphrase (default: ca.passphrase, else it is asked for)')
    .action((options: KeyOptions) => decryptKey(options, context))
}

function addKeyVerb(ca: Command, name: string, description: string): Command {
  return ca
    .command(name)
    .description(`${description}; without a running hub`)
    .option('--config <file>', 'configuration file that names the folders (default: config.yaml)')
    .option('--certs-dir <folder>', 'folder of the CA')
    .option('--data-dir <folder>', 'data folder of its hub, which must not run')
}

const FLAG = '--passphrase-file'

async function encryptKey({ passphraseFile: file, ...options }: KeyOptions, context: CommandContext): Promise<void> {
  await using prompt = new SecretPrompt(context.terminal)
  const { request, configured, cwd } = await readSource(options, context)
  const question = "New passphrase of the CA's key: "
  const wanted = await readNewPassphrase({ file, configured, question, flag: FLAG, cwd }, prompt)
  tellChanged(await context.local.changeCaKeys(request, { wanted }), context)
}

async function changePassphrase(options: KeyOptions, context: CommandContext): Promise<void> {
  await using prompt = new SecretPrompt(context.terminal)
  const { passphraseFile: file, newPassphraseFile } = options
  const { request, configured, cwd } = await readSource(options, context)
  const question = "Passphrase of the CA's key: "
  const present = await readPassphrase({ file, configured, question, flag: FLAG, cwd }, prompt)
  const wanted = await readNewPassphrase(
    { file: newPassphraseFile, question: 'New passphrase: ', flag: '--new-passphrase-file', cwd },
    prompt,
  )
  tellChanged(await context.local.changeCaKeys(request, { present, wanted }), context)
  if (configured !== undefined)
    context.terminal.stderr.write('Warning: ca.passphrase is still the old one: change it too\n')
}

async function decryptKey({ passphraseFile: file, ...options }: KeyOptions, context: CommandContext): Promise<void> {
  await using prompt = new SecretPrompt(context.terminal)
  const { request, configured, cwd } = await readSource(options, context)
  const question = "Passphrase of the CA's key: "
  const present = await readPassphrase({ file, configured, question, flag: FLAG, cwd }, prompt)
  for (const { keyPath } of await context.local.changeCaKeys(request, { present })) {
    context.terminal.stdout.write(`${keyPath} holds the CA's key in the clear\n`)
  }
  if (configured === undefined) return
  context.terminal.stderr.write('Warning: ca.passphrase is set: the next start encrypts the key again\n')
}

interface KeySource {
  readonly request: SettingsRequest
  readonly configured: string | undefined
  readonly cwd: string
}

async function readSource(options: KeyOptions, { local, terminal }: CommandContext): Promise<KeySource> {
  const request = settingsRequest(options)
  const { caPassphrase: configured } = await local.readSettings(request)
  return { request, configured, cwd: terminal.cwd }
}

interface ChangedKey {
  readonly keyPath: string
  readonly hasOtherNames: boolean
}

function tellChanged(changed: readonly ChangedKey[], { terminal: { stdout, stderr } }: CommandContext): void {
  for (const { keyPath } of changed) stdout.write(`${keyPath} is encrypted\n`)
  const others = changed.some(({ hasOtherNames }) => hasOtherNames) ? 'other names of the file (hard links), ' : ''
  stderr.write(`Warning: destroy every older copy of it: ${others}backups, snapshots and the machine it was made on\n`)
}
