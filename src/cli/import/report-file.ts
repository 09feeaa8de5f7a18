import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import { isRetainedReport } from './retained-report.ts'

export interface ReportFile {
  /** As the command line names it. */
  readonly wanted: string | undefined
  /** Without its `.json`, where the command line names none. */
  readonly usual: string
  /** What is so, though the report cannot be written. */
  readonly otherwise: string
}

/** Never over another report: each is the only way back from what it tells. Gives the name of the file. */
export async function saveReport(
  report: object,
  { wanted, usual, otherwise }: ReportFile,
  cwd: string,
): Promise<string> {
  for (let number = 1; ; number++) {
    const file = wanted ?? `${usual}${number === 1 ? '' : `-${number}`}.json`
    try {
      await writeFile(resolve(cwd, file), `${JSON.stringify(report, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
      return file
    } catch (cause) {
      if (wanted === undefined && readSystemCode(cause) === 'EEXIST') continue
      throw new CommandFailed(`${otherwise}, but the report cannot be written to ${file}: ${readSystemCode(cause)}`, {
        cause,
      })
    }
  }
}

export async function readReport(file: string, cwd: string): Promise<object> {
  try {
    const report: unknown = JSON.parse(await readFile(resolve(cwd, file), 'utf8'))
    if (typeof report === 'object' && report !== null && ('devices' in report || isRetainedReport(report))) {
      return report
    }
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : `cannot be read: ${readSystemCode(cause)}`
    throw new CommandFailed(`${file} ${reason}`, { cause })
  }
  throw new CommandFailed(`${file} is not the report of an import`)
}
