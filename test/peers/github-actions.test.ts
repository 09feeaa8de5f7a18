import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRunner, readSteps } from '../support/actions-job.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { findGuidePorts } from '../support/guide-ports.ts'
import { installTarball, packTarball } from '../support/package-tarball.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The compiler and npm, on a machine that does other things beside.
const JOB_MS = 300_000

/** What this machine has already: the package comes from its tarball. */
const INSTALLED = [
  'npm install --global signet-hub',
  'sudo apt-get update',
  'sudo apt-get install --yes mosquitto-clients',
]

test('the job for GitHub Actions passes, step by step, with the package', { timeout: JOB_MS }, async (context) => {
  needPrograms(context, 'bash', 'curl', 'mosquitto_pub', 'mosquitto_sub')
  await using folder = await temporaryFolder()
  await using packing = await temporaryFolder()
  const path = await installProgram(packing.path)
  const { here, env } = await findGuidePorts()
  const workflow = readGuide('docs/github-actions.md').find(({ language }) => language === 'yaml')
  const [install, ...steps] = readSteps(here(workflow?.text ?? '')).filter(({ run }) => run !== undefined)

  expect(install?.run?.trim().split('\n')).toEqual(INSTALLED)
  await using runner = openRunner(folder.path, { ...env, PATH: `${path}:${process.env['PATH']}` })
  const outputs = new Map<string | undefined, string>()
  for (const step of steps) {
    const { code, output } = await runner.run(step)
    expect({ step: step.name, code }, output).toEqual({ step: step.name, code: 0 })
    outputs.set(step.name, output)
  }
  const refusals = outputs.get('Who was refused, and why')
  for (const cause of ['certificate_missing', 'certificate_revoked']) expect(refusals).toContain(cause)
})

/** `signet` and the Node that setup-node gives, in a folder for the PATH. */
async function installProgram(folder: string): Promise<string> {
  const installed = await installTarball(await packTarball(folder), folder)
  await symlink(join(installed, 'bin', 'signet.mjs'), join(folder, 'signet'))
  await symlink(process.execPath, join(folder, 'node'))
  return folder
}
