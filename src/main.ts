import { resolve } from 'node:path'
import { memoryUsage, pid, version } from 'node:process'
import type { HubOverrides } from './app-hub.ts'
import { EXIT, reportFailure } from './cli/exit-code.ts'
import type { CommandContext, LocalHub, RunningHub, SettingsRequest, Terminal } from './cli/ports.ts'
import { createProgram } from './cli/program.ts'
import { SecretPrompt } from './cli/secret-prompt.ts'
import type { Config } from './config.ts'
import type { LoadedConfig } from './config-loader.ts'
import type { Origin } from './config-source.ts'
import { VERSION } from './version.ts'

export type StartHub = (config: Config, overrides: HubOverrides) => Promise<RunningHub>

const ASK_FOR_CA_KEY = "Passphrase of the CA's key, or PIN of its HSM (Enter alone leaves it locked): "

/** One call of the command line; resolves to the exit code, and leaves nothing open. */
export async function main(
  argv: readonly string[],
  env: NodeJS.Dict<string>,
  terminal: Terminal,
  startHub: StartHub = startHubLazily,
): Promise<number> {
  try {
    const context: CommandContext = {
      terminal,
      version: VERSION,
      settingsHelp: await readSettingsHelp(argv),
      local: createLocalHub(env, terminal, startHub),
    }
    const program = createProgram(context)
    if (argv.length === 0) {
      terminal.stdout.write(program.helpInformation())
      return EXIT.usage
    }
    await program.parseAsync(argv, { from: 'user' })
    return EXIT.done
  } catch (error) {
    return reportFailure(error, terminal.stderr)
  }
}

function createLocalHub(env: NodeJS.Dict<string>, terminal: Terminal, startHub: StartHub): LocalHub {
  const load = async (request: SettingsRequest): Promise<LoadedConfig> => {
    // Loaded where it is needed: the schema alone takes longer than a verb that has no use for it.
    const { loadConfig } = await import('./config-loader.ts')
    return loadConfig({ ...request, cwd: terminal.cwd, env })
  }
  return {
    async readSettings(request) {
      const { config } = await load(request)
      const { planListeners } = await import('./config-listeners.ts')
      const { api, mqtt } = planListeners(config)
      const { passphrase: caPassphrase } = config.ca
      const { passphrase: backupPassphrase } = config.backup
      return {
        certsDir: config.certs_dir,
        dataDir: config.data_dir,
        apiPort: api.port,
        mqttPort: mqtt.port,
        ...(caPassphrase === undefined ? {} : { caPassphrase }),
        ...(backupPassphrase === undefined ? {} : { backupPassphrase }),
      }
    },
    async listSettings(request) {
      const { listEffectiveSettings } = await import('./config-loader.ts')
      return listEffectiveSettings(await load(request))
    },
    async start(request) {
      const { config, configFile, ...loaded } = await load(request)
      let { origins } = loaded
      // A file that is gone for a moment must not pass for one that says nothing.
      const again = configFile === undefined ? request : { ...request, configFile }
      const reread = async (): Promise<Config> => {
        const next = await load(again)
        origins = next.origins
        return next.config
      }
      const originOf = (key: string): Origin | undefined => origins.get(key)
      const [{ createLogger }, { fieldsAround }] = await Promise.all([
        import('./logger.ts'),
        import('./app-log-fields.ts'),
      ])
      const { level, format } = config.log
      const isText = format === 'auto' ? terminal.stdout.isTTY === true : format === 'text'
      const form = isText ? 'text' : 'json'
      const logger = createLogger({ level, format: form, stream: terminal.stdout, around: fieldsAround })
      await using prompt = new SecretPrompt(terminal)
      const askSecret = (): Promise<string | undefined> => prompt.ask(ASK_FOR_CA_KEY)
      return await startHub(config, {
        logger,
        pid,
        runtime: { version, rss: memoryUsage.rss },
        reread,
        originOf,
        askSecret,
      })
    },
    async changeCaKeys(request, change) {
      const { config } = await load(request)
      const { changeCaKeys } = await import('./app-ca-key-file.ts')
      return changeCaKeys(config, change)
    },
    async saveBackup(stream, file, passphrase) {
      const { saveArchive } = await import('./app-backup-file.ts')
      return saveArchive(stream, file, passphrase)
    },
    async restore({ isPreview, ...request }) {
      const { config } = await load(request)
      const [{ previewRestore, restoreBackup }, { systemClock }] = await Promise.all([
        import('./app-restore.ts'),
        import('./clock.ts'),
      ])
      const folders = { data: resolve(config.data_dir), certs: resolve(config.certs_dir) }
      const wanted = { ...request, folders, clock: systemClock, pid }
      return { ...(await (isPreview ? previewRestore(wanted) : restoreBackup(wanted))), folders }
    },
    async saveSslSettings(request) {
      const { config } = await load(request)
      const { saveSslSettings } = await import('./app-ssl-config.ts')
      const configFile = resolve(terminal.cwd, request.configFile ?? 'config.yaml')
      return { configFile, warnings: await saveSslSettings(config, configFile) }
    },
    async requestKey(deviceId) {
      const { requestOwnKey } = await import('./app-key-request.ts')
      return requestOwnKey(deviceId)
    },
  }
}

async function readSettingsHelp(argv: readonly string[]): Promise<string> {
  if (!argv.some((word) => word === 'start' || word === 'config')) return ''
  const [{ SETTINGS }, { renderHelp }] = await Promise.all([import('./config.ts'), import('./config-reference.ts')])
  return renderHelp(SETTINGS)
}

/** For a process that runs the hub and nothing else. */
export async function startHubAlone(config: Config, overrides: HubOverrides): Promise<RunningHub> {
  const { startHubAlone: start } = await import('./app-process.ts')
  return start(config, overrides)
}

async function startHubLazily(config: Config, overrides: HubOverrides): Promise<RunningHub> {
  const { startHub } = await import('./app.ts')
  return startHub(config, overrides)
}
