import type { X509Certificate } from 'node:crypto'
import { dirname } from 'node:path'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { AskSecret } from '../ca-key.ts'
import { signRootCertificate } from '../certificate.ts'
import { type CertificateChain, parseCertificates } from '../certificate-chain.ts'
import { publishFile, readFileIfPresent, stageFile, syncFolder } from '../durable-file.ts'
import type { KeyCustody } from '../key-custody.ts'
import type { KeyAlgorithm } from '../key-pair.ts'
import type { KeyPairPaths } from '../key-pair-files.ts'
import { planRoot } from '../root-key-pair.ts'
import { explainPkcs11 } from './pkcs11.ts'
import { openToken, type TokenPlace } from './token.ts'
import { openTokenSigner } from './token-signer.ts'

export interface HsmOptions extends TokenPlace {
  /** `ca.hsm.pin` */
  readonly pin: string | undefined
}

export interface OpenHsmAuthorityOptions {
  readonly hsm: HsmOptions
  readonly paths: KeyPairPaths
  readonly keyAlgorithm: KeyAlgorithm | undefined
  readonly askSecret: AskSecret | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export interface HsmAuthority {
  readonly custody: KeyCustody
  readonly certificates: CertificateChain
  readonly certificatePem: string
  readonly created: boolean
}

/** The CA whose key is in a token; where there is no certificate yet, one for the key that is there, or is made there. */
export async function openHsmAuthority(options: OpenHsmAuthorityOptions): Promise<HsmAuthority> {
  const { hsm, paths, logger } = options
  const { certificatePath, keyPath } = paths
  const found = await readFileIfPresent(certificatePath)
  if ((await readFileIfPresent(keyPath)) !== undefined) {
    if (found === undefined) {
      throw new DomainError(
        'file_invalid',
        `${certificatePath} is missing beside ${keyPath}: restore it, or move ${keyPath} away`,
      )
    }
    const mend = 'move it away: if it is that of the HSM, whoever reads it has the CA'
    logger.warn(
      { component: 'ca', path: keyPath, mend },
      'A key lies beside the CA whose key is in an HSM, and is not used',
    )
  }
  const certificatePem = found ?? (await createRoot(options))
  const certificates = parseCertificates(certificatePem, certificatePath)
  return { custody: createHsmCustody(hsm, certificates[0]), certificates, certificatePem, created: found === undefined }
}

function createHsmCustody(hsm: HsmOptions, certificate: X509Certificate): KeyCustody {
  return {
    kind: 'hsm',
    isProtected: true,
    async open(secret = hsm.pin) {
      return openTokenSigner(hsm, requirePin(secret), certificate.publicKey)
    },
  }
}

async function createRoot(options: OpenHsmAuthorityOptions): Promise<string> {
  const { hsm, paths, askSecret, clock } = options
  const pin = requirePin(hsm.pin ?? (await askSecret?.()))
  const publicKey = await ensureTokenKey(options, pin)
  await using signer = await openTokenSigner(hsm, pin, publicKey)
  const { certificatePem } = await signRootCertificate(planRoot(clock), signer)
  // A process that is killed before this finds the key in the token when it starts again.
  await stageFile(paths.certificatePath, certificatePem, 0o644)
  await publishFile(paths.certificatePath)
  await syncFolder(dirname(paths.certificatePath))
  return certificatePem
}

async function ensureTokenKey({ hsm, keyAlgorithm = 'ec-p256', logger }: OpenHsmAuthorityOptions, pin: string) {
  await using token = openToken(hsm, pin)
  const fields = { component: 'ca', module: hsm.module, keyLabel: hsm.keyLabel }
  try {
    if (await token.findKey('private')) logger.info(fields, 'Key found in the HSM')
    else {
      await token.generateKey(keyAlgorithm)
      logger.info(fields, 'Key made in the HSM')
    }
    const publicKey = await token.findKey('public')
    if (publicKey !== undefined) return await token.exportPublicKey(publicKey)
  } catch (error) {
    throw explainPkcs11(error, hsm.module)
  }
  throw new DomainError(
    'hsm_unavailable',
    `The token behind ${hsm.module} holds no public key labelled ${hsm.keyLabel} beside the private one: put it there, or the CA's certificate into certs_dir`,
  )
}

function requirePin(pin: string | undefined): string {
  if (pin !== undefined) return pin
  throw new DomainError(
    'passphrase_missing',
    'No PIN was given for the HSM: run signet ca unlock, or set ca.hsm.pin_file and start again',
  )
}
