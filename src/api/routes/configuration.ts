import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import { credentialHeaders } from '../access/authentication.ts'
import { readArrival } from '../access/caller.ts'
import { type Guard, isAdministrator } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ObservationPorts } from '../observation-ports.ts'
import { BAD_CALLER, CONFLICT, json, problem } from '../operation.ts'
import type { Configuration } from '../ports.ts'
import { settingsSchema, shapeSetting } from '../resources/setting.ts'

const changeSchema = z
  .object({
    applied: z.array(z.string()).readonly().openapi({ description: 'Settings whose new value is in force now' }),
    needsRestart: z
      .array(z.string())
      .readonly()
      .openapi({ description: 'Settings that keep their old value until the hub is started again' }),
  })
  .openapi('ConfigurationChange')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['configuration'],
  summary: 'Every setting with the value that is in force, and where it stands',
  description:
    'Secrets, and passwords in addresses, are shown to nobody; files, folders, maps and lists of maps to administrators.',
  responses: { 200: json(settingsSchema, 'In the order of the reference'), ...BAD_CALLER },
})

const reload = createRoute({
  method: 'post',
  path: '/reload',
  tags: ['configuration'],
  summary: 'Read the configuration again and apply what can be applied to a running hub',
  responses: {
    200: json(changeSchema, 'What has changed since the start'),
    ...BAD_CALLER,
    ...CONFLICT,
    422: problem('Something in the configuration is wrong: all of it stays as it was'),
  },
})

export function configurationRoutes(
  configuration: Configuration,
  admissions: Pick<ApiAdmissions, 'whyLockedOut'>,
  settingsInForce: ObservationPorts['settingsInForce'],
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const isAdmin = isAdministrator(c.var.caller)
      return c.json({ items: settingsInForce().map((setting) => shapeSetting(setting, isAdmin)) }, 200)
    })
    .openapi({ ...reload, middleware: guard('administer') }, async (c) => {
      const arrival = readArrival(credentialHeaders(c), c.env.origin)
      const change = await configuration.reload((next) => {
        const cause = admissions.whyLockedOut(arrival, next)
        if (cause === undefined) return
        throw new DomainError(
          'locked_out',
          `Nothing was changed: with api.auth ${next.mode} this very caller would be refused (${cause}); reload with a credential that does, or on the hub's own machine`,
        )
      })
      return c.json(change, 200)
    })
}
