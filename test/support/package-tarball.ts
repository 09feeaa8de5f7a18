import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from './program.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'bin',
  'build.mjs',
  'config.example.yaml',
  'drizzle',
  'package.json',
  'src',
  'tsconfig.build.json',
  'tsconfig.json',
  'vite.config.ts',
]

/** Builds and packs a copy of the checkout; the path of the tarball. */
export async function packTarball(folder: string): Promise<string> {
  const copy = join(folder, 'checkout')
  await mkdir(copy)
  await Promise.all(SOURCES.map((name) => cp(join(ROOT, name), join(copy, name), { recursive: true })))
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const node = join(ROOT, 'node_modules', '.bin')
  const packed = await runProgram('npm pack --silent --pack-destination ..', {
    cwd: copy,
    patience: 110_000,
    env: { PATH: `${node}:${process.env['PATH']}`, npm_config_update_notifier: 'false' },
  })
  if (packed.code !== 0) throw new Error(`npm pack failed: ${packed.stderr}`)
  await rm(copy, { recursive: true })
  return join(folder, packed.stdout.trim().split('\n').at(-1) ?? '')
}

/**
 * Installs it in a project as npm would, from what is installed here: the package's own dependencies and theirs, and
 * nothing that only its development needs. The folder of the package.
 */
export async function installTarball(tarball: string, project: string): Promise<string> {
  const modules = join(project, 'node_modules')
  const installed = join(modules, 'signet-hub')
  await mkdir(installed, { recursive: true })
  const unpacked = await runProgram(`tar -xzf ${tarball} -C ${installed} --strip-components=1`, { cwd: project })
  if (unpacked.code !== 0) throw new Error(`tar failed: ${unpacked.stderr}`)
  for (const name of await productionPackages()) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return installed
}

/** Every file of a folder, by its path in it. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
}

async function productionPackages(): Promise<readonly string[]> {
  const lock: { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> } = JSON.parse(
    await readFile(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  return Object.entries(lock.packages).flatMap(([path, { dev }]) => {
    const [, name, nested] = path.split('node_modules/')
    return name === undefined || nested !== undefined || dev === true ? [] : [name]
  })
}
