import type { ImportPlan } from '../import-plan.ts'
import { describeFault, passwordOf, readMosquittoHash } from '../password-hash.ts'

/** A file of mosquitto_passwd: `user:$7$...` a line. */
export function planPasswordFile(text: string, file: string): ImportPlan {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const entries = lines.flatMap((line) => {
    const [, userName, hash = ''] = /^([^:]+):(.*)$/.exec(line) ?? []
    return userName === undefined ? [] : [{ userName, hash: readMosquittoHash(hash) }]
  })
  const strays = lines.length - entries.length
  return {
    devices: entries.map(({ userName, hash }) => ({ deviceId: userName, ...passwordOf(userName, hash) })),
    policies: [],
    leftOut: [
      ...(strays > 0 ? [`${file}: ${strays} lines that are no USER:HASH`] : []),
      ...entries.flatMap(({ userName, hash }) => describeFault(userName, hash)),
    ],
  }
}
