import { join, resolve } from 'node:path'
import type { IssuedAnswer } from './hub/answers.ts'
import { type HubOptions, settingsRequest } from './hub/hub-options.ts'
import { formatCommandLine, formatPath } from './output/command-line.ts'
import { type CredentialPaths, type Credentials, openCredentialFiles } from './output/credential-files.ts'
import type { CommandContext } from './ports.ts'

export interface EnrolmentOptions extends HubOptions {
  readonly out?: string
  readonly json?: boolean
}

export interface Enrolment<Answer extends Credentials> {
  readonly id: string
  /** Below the certificates' folder, where no `--out` says otherwise. */
  readonly folder: 'devices' | 'services' | 'administrators'
  /** Asks the hub for key and certificate, once the files are ready to take them. */
  readonly issue: () => Promise<Answer>
}

export interface Enrolled<Answer> {
  readonly paths: CredentialPaths
  readonly answer: Answer
}

/** Key and certificate from the hub into files of this machine, the only place where the key is kept. */
export async function enrol<Answer extends Credentials>(
  { id, folder, issue }: Enrolment<Answer>,
  options: EnrolmentOptions,
  { local, terminal }: CommandContext,
): Promise<Enrolled<Answer>> {
  const out =
    options.out === undefined
      ? join((await local.readSettings(settingsRequest(options))).certsDir, folder)
      : resolve(terminal.cwd, options.out)
  await using files = await openCredentialFiles(out, id)
  const answer = await issue()
  await files.save(answer)
  return { paths: files.paths, answer }
}

/** A mosquitto client and its last arguments: the command that shows the new certificate at work. */
export type Proof = readonly [program: 'mosquitto_pub' | 'mosquitto_sub', ...args: string[]]

/** The files, and a command to paste that proves them; as JSON for programs, without the key itself. */
export function describeEnrolled(
  { paths, answer }: Enrolled<IssuedAnswer>,
  [program, ...args]: Proof,
  { json = false, cwd }: { readonly json?: boolean | undefined; readonly cwd: string },
): string {
  const { fingerprint, brokerUrl, mqttSecurePort } = answer
  if (json) return `${JSON.stringify({ ...paths, fingerprint, brokerUrl, mqttSecurePort }, null, 2)}\n`
  const { certificate, key, ca } = shownPaths(paths, cwd)
  const files = ['--cafile', ca, '--cert', certificate, '--key', key]
  const proof = [program, ...files, '-h', brokerUrl, '-p', String(mqttSecurePort), ...args]
  return `${describeFiles({ paths, answer }, cwd)}\n\nTry it:\n${formatCommandLine(proof)}\n`
}

/** Where the files are, and what is in them. */
export function describeFiles({ paths, answer }: Enrolled<Pick<IssuedAnswer, 'fingerprint'>>, cwd: string): string {
  const { certificate, key, ca } = shownPaths(paths, cwd)
  return [
    `Certificate  ${certificate}`,
    `Key          ${key}`,
    `CA           ${ca}`,
    `Fingerprint  ${answer.fingerprint}`,
  ].join('\n')
}

/** As one would type them here. */
export function shownPaths({ certificate, key, ca }: CredentialPaths, cwd: string): CredentialPaths {
  return { certificate: formatPath(certificate, cwd), key: formatPath(key, cwd), ca: formatPath(ca, cwd) }
}
