// What a package holds in the place of src and drizzle: JavaScript with its declarations, and the SQL of the migrations.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
// The snapshots are for whoever writes the next migration.
cpSync(join(root, 'drizzle'), join(dist, 'drizzle'), {
  recursive: true,
  filter: (source) => !/_snapshot\.json$/.test(basename(source)),
})
