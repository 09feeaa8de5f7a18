import type { Command } from 'commander'
import type { SettingsRequest } from './ports.ts'

export interface SettingOptions {
  readonly config?: string
}

/** Lets a verb take every setting as a flag. What commander does not know goes to the configuration, which names all that is wrong at once. */
export function addSettingFlags(command: Command, settingsHelp: string): Command {
  return command
    .usage('[options] [--<setting> <value> ...]')
    .option('--config <file>', 'configuration file (default: config.yaml of the current folder, if there is one)')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', `\n${settingsHelp}`)
}

export function readSettingFlags(command: Command, { config }: SettingOptions): SettingsRequest {
  const [first] = command.args
  if (first !== undefined && !first.startsWith('-')) command.error(`error: unexpected argument '${first}'`)
  return config === undefined ? { flags: command.args } : { flags: command.args, configFile: config }
}
