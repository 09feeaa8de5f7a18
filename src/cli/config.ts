import type { Command } from 'commander'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext, EffectiveSetting } from './ports.ts'
import { addSettingFlags, readSettingFlags, type SettingOptions } from './setting-flags.ts'

interface ShowOptions extends SettingOptions {
  readonly origin?: boolean
  readonly json?: boolean
}

export function addConfigCommands(program: Command, { terminal, local, settingsHelp }: CommandContext): void {
  const config = program.command('config').description('the settings this machine would start a hub with')

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
