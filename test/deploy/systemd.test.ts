import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const unit = readFileSync(new URL('../../deploy/signet.service', import.meta.url), 'utf8')

test('the unit is one that systemd takes, without a warning', async (context) => {
  needPrograms(context, 'systemd-analyze')
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'signet.service')
  await writeFile(file, unit)
  const verified = await runProgram(`systemd-analyze verify --man=no ${file}`, { cwd: folder.path })
  expect(verified).toEqual({ code: 0, stdout: '', stderr: '' })
  await writeFile(file, `${unit}\nRestart=sometimes\n`)
  expect((await runProgram(`systemd-analyze verify --man=no ${file}`, { cwd: folder.path })).stderr).toMatch(/Restart/)
})

test('it is exposed little, by the judgement of systemd itself', async (context) => {
  needPrograms(context, 'systemd-analyze')
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'signet.service'), unit)
  // Exposure from 0 to 10, here times ten: a service without any hardening has 9.6.
  const judged = await runProgram(`systemd-analyze security --offline=yes --threshold=25 --no-pager signet.service`, {
    cwd: folder.path,
    env: { SYSTEMD_UNIT_PATH: folder.path },
  })
  expect(judged).toMatchObject({ code: 0 })
})

test('a wrong configuration is not started again and again, and a stop is given time to commit', () => {
  expect(unit).toMatch(/^RestartPreventExitStatus=78$/m)
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(5)
})
