import { z } from 'zod'
import { isNameTemplate } from './alternative-name.ts'
import { DAY, durationSchema, NOTES } from './config-field.ts'
import { KEY_PURPOSE_NAMES, readKeyPurpose } from './key-purpose.ts'

const YEAR = 365 * DAY
const MINUTE = 60
const KEYS = ['ec-p256', 'ec-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const
const NAME = /^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/
const DEFAULT = 'default'

const life = durationSchema(MINUTE, 10 * YEAR)

const profile = z
  .strictObject({
    validity: life.default(YEAR),
    max_validity: z.exactOptional(life),
    key_algorithms: z.array(z.enum(KEYS)).readonly().default([]),
    san: z.array(z.string().refine(isNameTemplate)).max(20).readonly().default([]),
    eku: z
      .array(z.string().refine((text) => readKeyPurpose(text) !== undefined))
      .max(20)
      .readonly()
      .default([]),
    renew_before: z.exactOptional(durationSchema(1, 10 * YEAR)),
  })
  .refine(({ validity, max_validity: most = validity }) => validity <= most)
  .refine(({ validity, renew_before: window = 0 }) => window < validity)
  .readonly()

export type ProfileSettings = z.output<typeof profile>

const EXAMPLE = '{"short": {"validity": "15m", "key_algorithms": ["ec-p256"], "renew_before": "5m"}}'

/** What may be signed for devices and services, by name. */
export function profiles(description: string) {
  return z
    .record(z.string().regex(NAME), profile)
    .readonly()
    .default({})
    .register(NOTES, {
      kind: 'map',
      description,
      expected: `a map of profiles such as ${EXAMPLE}: names of small letters, digits, "-" and "_"; validity and max_validity from 1m to 10y, validity the shorter one; key_algorithms of ${KEYS.join(', ')}; san such as "URI:urn:example:{user}:{device}" and "DNS:{device}.example.com"; eku of ${KEY_PURPOSE_NAMES.join(', ')} or object identifiers, none of a server, of OCSP or of every purpose; renew_before shorter than validity`,
    })
}

/** What the configuration says of the profile of this name; of `default` also where it says nothing. */
export function readProfile(
  configured: Readonly<Record<string, ProfileSettings>>,
  name: string,
): ProfileSettings | undefined {
  if (Object.hasOwn(configured, name)) return configured[name]
  return name === DEFAULT ? BUILT_IN : undefined
}

/** As certificates were issued before there were profiles. */
const BUILT_IN: ProfileSettings = { validity: YEAR, max_validity: 10 * YEAR, key_algorithms: [], san: [], eku: [] }
