import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What a process has used so far, from /proc: only on Linux. */
export interface ProcessUsage {
  /** In user and kernel mode, of all its threads. */
  cpuSeconds(): number
  residentMiB(): number
}

// proc(5): utime and stime are the 14th and 15th field, the 12th and 13th behind the name in parentheses.
const UTIME_AFTER_NAME = 11
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']))

export function watchProcess(pid: number): ProcessUsage {
  return {
    cpuSeconds() {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[UTIME_AFTER_NAME]) + Number(fields[UTIME_AFTER_NAME + 1])) / TICKS_PER_SECOND
    },
    residentMiB() {
      const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      return Number(kibibytes) / 1024
    },
  }
}

/** Keeps a process with all its threads on one core. */
export function pinProcess(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
}
