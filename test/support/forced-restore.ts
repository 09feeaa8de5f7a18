// Restores hub.backup of a folder by force: restore.test.ts looks at what it would leave if it were killed.
import { join } from 'node:path'
import { restoreBackup } from '../../src/app-restore.ts'
import { systemClock } from '../../src/clock.ts'

const [folder = '', passphrase = ''] = process.argv.slice(2)
await restoreBackup({
  folders: { data: join(folder, 'data'), certs: join(folder, 'certs') },
  file: join(folder, 'hub.backup'),
  passphrase,
  contents: 'hub',
  isForced: true,
  clock: systemClock,
  pid: process.pid,
})
