import type { Config } from './config.ts'
import { count, folder, optionalText } from './config-field.ts'
import { isSchedule } from './config-schedule.ts'

const SHORTEST_PASSPHRASE = 12

export const BACKUP = {
  schedule: optionalText(isSchedule, {
    description: 'When a backup is made by itself: every so long, or by a cron expression; none: never.',
    expected: 'a duration of a minute or more, such as 24h, or a cron expression, such as "0 3 * * *"',
    example: '24h',
  }),
  folder: folder('./backups', 'Folder of these backups; another disk than that of data_dir is a good one.'),
  keep: count(7, 1, 10_000, 'How many of them are kept; the oldest go when a newer one was read back.'),
  passphrase: optionalText((text) => text.length >= SHORTEST_PASSPHRASE, {
    kind: 'secret',
    description: 'What encrypts them; passphrase_file names a file that holds it.',
    expected: `a passphrase of ${SHORTEST_PASSPHRASE} characters or more`,
    example: '',
  }),
}

/** That a schedule has nothing to encrypt with. */
export function findHalfSetBackup({ backup }: Config, refused: ReadonlySet<string>): readonly string[] {
  if (backup.schedule === undefined || backup.passphrase !== undefined || refused.has('backup.passphrase')) return []
  return ['backup.schedule needs backup.passphrase: name the file that holds it in backup.passphrase_file']
}
