import type { Command } from 'commander'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext, EffectiveSetting } from './ports.ts'
import { addSettingFlags, readSettingFlags, type SettingOptions } from './setting-flags.ts'

interface ConfigurationChange {
  readonly applied: readonly string[]
  readonly needsRestart: readonly string[]
}

interface ShowOptions extends SettingOptions {
  readonly origin?: boolean
  readonly json?: boolean
}

export function addConfigCommands(program: Command, context: CommandContext): void {
  const { terminal, local, settingsHelp } = context
  const config = program
    .command('config')
    .description('the settings this machine would start a hub with, and those of the running one')

  const show = config.command('show').description('print every setting with its value')
  addSettingFlags(show, settingsHelp)
    .option('--origin', 'with the place where each value stands')
    .option('--json', 'as JSON')
    .action(async (options: ShowOptions) => {
      const settings = await local.listSettings(readSettingFlags(show, options))
      const items = settings.map(({ key, value = null, origin }) =>
        options.origin ? { key, value, origin } : { key, value },
      )
      if (options.json) printItems(terminal.stdout, items, [], options)
      else printItems(terminal.stdout, settings, options.origin ? [...COLUMNS, ORIGIN] : COLUMNS, {})
    })

  addHubOptions(config.command('reload').description('let the running hub read its configuration again'))
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      const change = await hub.call<ConfigurationChange>('POST', '/api/config/reload')
      const { stdout } = terminal
      if (options.json) return void stdout.write(`${JSON.stringify(change)}\n`)
      for (const key of change.applied) stdout.write(`${key} is in force\n`)
      for (const key of change.needsRestart) stdout.write(`${key} needs a restart\n`)
      if (change.applied.length + change.needsRestart.length === 0) stdout.write('Nothing has changed\n')
    })

  const check = config.command('check').description('find what is wrong with the configuration, without starting')
  addSettingFlags(check, settingsHelp).action(async (options: SettingOptions) => {
    await local.readSettings(readSettingFlags(check, options))
    terminal.stdout.write('The configuration is valid\n')
  })
}

const COLUMNS: readonly Column<EffectiveSetting>[] = [
  ['KEY', ({ key }) => key],
  ['VALUE', ({ text }) => text],
]
const ORIGIN: Column<EffectiveSetting> = ['ORIGIN', ({ origin }) => origin]
