import type { Config } from './config.ts'
import { choice, file, group, optionalCount, optionalName, secret } from './config-field.ts'

// PKCS#11: CK_SLOT_ID is a CK_ULONG, of 32 bits on some machines.
const MAX_SLOT = 4_294_967_295

export const HIERARCHY = choice(
  ['single', 'two_tier'],
  'single',
  'Whether a CA that is made, the first or the next one, is its own root or has one above it.',
)

/** Settings of the key of the CA: where it lies, and what protects it. */
export const CA_KEY = {
  passphrase: secret(
    "What the CA's key is encrypted with in its file, at once if it is not yet; passphrase_file names a file that holds it; none: as the key is.",
    'a passphrase',
  ),
  hsm: group({
    module: file(
      "PKCS#11 library of an HSM that holds the CA's key; none: it lies in certs_dir.",
      '/usr/lib/softhsm/libsofthsm2.so',
    ),
    slot: optionalCount(MAX_SLOT, 'Id of the slot of its token, where it is not found by its label.', 0),
    token_label: optionalName('Label of its token.', 'the label of a token', 'signet'),
    key_label: optionalName(
      'Label of the key in the token; where there is none it is made there.',
      'the label of a key',
      'signet-ca',
    ),
    pin: secret(
      'PIN of the user of the token; pin_file names a file that holds it; none: it is asked for by signet ca unlock.',
      'a PIN',
    ),
  }),
}

/** A key in a token, as it is found there. */
export interface HsmSettings {
  readonly module: string
  readonly slot: number | undefined
  readonly tokenLabel: string | undefined
  readonly keyLabel: string
  readonly pin: string | undefined
}

/** Undefined: the key lies in its file. */
export function hsmSettings({ ca: { hsm } }: Config): HsmSettings | undefined {
  const { module, slot, token_label: tokenLabel, key_label: keyLabel, pin } = hsm
  return module === undefined || keyLabel === undefined ? undefined : { module, slot, tokenLabel, keyLabel, pin }
}

/** What is missing of an HSM, and what it leaves without a meaning. */
export function findHsmFaults({ ca }: Config, refused: ReadonlySet<string>): readonly string[] {
  const { hsm, passphrase, hierarchy, key_algorithm: keyAlgorithm } = ca
  if (Object.keys(hsm).length === 0 || [...refused].some((key) => key.startsWith('ca.hsm.'))) return []
  const missing = (['module', 'key_label'] as const).filter((name) => hsm[name] === undefined)
  return [
    ...missing.map(
      (name) => `ca.hsm.${name} must be set too: an HSM is named by its module, its token and the key in it`,
    ),
    ...(hsm.slot === undefined && hsm.token_label === undefined
      ? ['ca.hsm.token_label, or ca.hsm.slot, must be set too: it says which token holds the key']
      : []),
    ...(passphrase === undefined
      ? []
      : ['ca.passphrase encrypts a key in a file, and ca.hsm keeps it in none: set one of them']),
    ...(hierarchy === 'two_tier'
      ? ['ca.hierarchy is two_tier, which makes keys in files, and ca.hsm keeps the key in none: choose single']
      : []),
    ...(keyAlgorithm === 'ed25519'
      ? ['ca.key_algorithm is ed25519, which tokens are not asked for: choose ec-p256 or an RSA one']
      : []),
  ]
}
