import type { ImportPlan, PlannedDevice } from '../import-plan.ts'
import { readMosquittoHash } from '../password-hash.ts'

/** A file of mosquitto_passwd: `user:$7$...` a line. */
export function planPasswordFile(text: string, file: string): ImportPlan {
  const entries = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({
      userName: line.slice(0, line.indexOf(':')),
      hash: readMosquittoHash(line.slice(line.indexOf(':') + 1)),
    }))
  return {
    devices: entries.map(({ userName, hash }): PlannedDevice => {
      return { deviceId: userName, ...(hash ? { legacyCredential: { userName, hash } } : {}) }
    }),
    policies: [],
    leftOut: entries.flatMap(({ userName, hash }) =>
      hash ? [] : [`${file}: the password of ${userName} is in a form that is not known`],
    ),
  }
}
