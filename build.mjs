// What a package holds in the place of src and drizzle: JavaScript with its declarations, the console as browsers take it,
// and the SQL of the migrations.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
run('typescript', 'bin/tsc', '-p', 'tsconfig.build.json')
run('vite', 'bin/vite.js', 'build', '--logLevel', 'warn')
// The snapshots are for whoever writes the next migration.
cpSync(join(root, 'drizzle'), join(dist, 'drizzle'), {
  recursive: true,
  filter: (source) => !/_snapshot\.json$/.test(basename(source)),
})

/** A program of an installed package, on the Node that runs this. */
function run(name, program, ...options) {
  execFileSync(process.execPath, [join(root, 'node_modules', name, program), ...options], {
    cwd: root,
    stdio: 'inherit',
  })
}
