import { X509Certificate } from 'node:crypto'
import { CommandFailed } from '../command-failed.ts'
import type { HubClient } from '../hub/hub-client.ts'

/** What to do when the hub trusts another CA than the one that signed the fleet. */
export async function describeForeignCa(file: Buffer, hub: Pick<HubClient, 'readText'>): Promise<string | undefined> {
  const theirs = parse(file, 'The file of --our-ca')
  const ours = parse(await hub.readText('/pki/ca.pem'), 'The answer to /pki/ca.pem')
  if (theirs.fingerprint256 === ours.fingerprint256) return undefined
  return [
    `The hub's CA is ${ours.fingerprint256}, and not ${theirs.fingerprint256}:`,
    'no device of that CA will be let in. To adopt it, stop the hub, put ca-cert.pem and ca-key.pem into its certs_dir',
    'before it has issued anything, and start it.',
  ].join(' ')
}

function parse(certificate: string | Buffer, name: string): X509Certificate {
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw new CommandFailed(`${name} is no certificate`, { cause })
  }
}
