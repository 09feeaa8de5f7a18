import { z } from '@hono/zod-openapi'
import type { SettingInForce } from '../observation-ports.ts'

export const settingSchema = z
  .object({
    key: z.string().openapi({ example: 'limits.queue_age' }),
    value: z
      .unknown()
      .openapi({ description: 'As JSON: octets and seconds are numbers; null where there is none or it is hidden' }),
    text: z.string().nullable().openapi({ description: 'As config.yaml takes it', example: '7d' }),
    hidden: z.enum(['secret', 'administrators']).nullable().openapi({
      description:
        'Why no value is shown: a secret never is; files, folders, maps and lists of maps are to administrators',
    }),
    origin: z.object({
      layer: z.enum(['default', 'file', '.env', 'environment', 'flag', 'program']),
      place: z.string().openapi({ example: 'config.yaml:3 limits.queue_age' }),
    }),
    default: z.string().nullable(),
    live: z.boolean().openapi({ description: 'Whether a running hub takes a new value; else it needs a restart' }),
    description: z.string(),
  })
  .openapi('Setting', {
    example: {
      key: 'limits.queue_age',
      value: 604_800,
      text: '7d',
      hidden: null,
      origin: { layer: 'file', place: 'config.yaml:3 limits.queue_age' },
      default: '7d',
      live: true,
      description: 'How long a message waits for its session.',
    },
  })

export const settingsSchema = z.object({ items: z.array(settingSchema) }).openapi('Settings')

// Where things lie on the machine, and what stands behind the hub, is not for everybody who may read.
const INNER_KINDS: ReadonlySet<string> = new Set(['file', 'folder', 'map'])

/** Secrets are hidden from everybody, passwords within addresses too. */
export function shapeSetting(setting: SettingInForce, isAdministrator: boolean): z.infer<typeof settingSchema> {
  const { key, origin, fallback, live, description } = setting
  const hidden = whyHidden(setting, isAdministrator)
  const shown = hidden
    ? { value: null, text: null }
    : { value: withoutPasswords(setting.value ?? null), text: mask(setting.text) }
  return { key, ...shown, hidden, origin: { ...origin }, default: fallback ?? null, live, description }
}

function whyHidden({ kind, value }: SettingInForce, isAdministrator: boolean): 'secret' | 'administrators' | null {
  if (value === undefined) return null
  if (kind === 'secret') return 'secret'
  return (INNER_KINDS.has(kind) || isNested(value)) && !isAdministrator ? 'administrators' : null
}

function isNested(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => typeof one === 'object')
}

function withoutPasswords(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'object') return value
  const text = JSON.stringify(value)
  const masked = mask(text)
  return masked === text ? value : JSON.parse(masked)
}

/** RFC 3986 §3.2.1: what stands behind the colon of the user information. */
function mask(text: string): string {
  // Nearly none holds an address with a user in it, and a page asks for all of them.
  return text.includes('@') ? text.replaceAll(/(\/\/[^\s/"@:]*):[^\s/"@]*@/g, '$1:(hidden)@') : text
}
