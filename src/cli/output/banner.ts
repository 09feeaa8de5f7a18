import type { RunningHub } from '../ports.ts'
import { formatPath } from './command-line.ts'

export interface BannerContext {
  readonly version: string
  readonly cwd: string
  readonly command: string
}

/** What a person sees once the hub is ready: where it answers, what to trust, and what to type next. */
export function renderBanner(hub: RunningHub, { version, cwd, command }: BannerContext, setUpLink?: string): string {
  const rows = [
    ['MQTTS', `mqtts://localhost:${hub.mqttPort}`],
    ['HTTPS', `https://localhost:${hub.apiPort}`],
    ['Names', hub.serverNames.join(', ')],
    ['CA', `${hub.caFingerprint}${hub.caCreated ? ' (created now)' : ''}`],
    ...(hub.adminTokenFile === undefined ? [] : [['Token', formatPath(hub.adminTokenFile, cwd)] as const]),
  ] as const
  return [
    '',
    `  Signet ${version}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(5)}  ${value}`),
    '',
    ...(setUpLink === undefined ? [] : [`  Set up within 15 minutes, once: ${setUpLink}`, '']),
    `  Next: ${command} device add my-device --user me`,
    '',
    '',
  ].join('\n')
}
