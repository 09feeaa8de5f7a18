import type { z } from 'zod'
import type { newTokenSchema, shapeToken } from '../../../api/resources/api-token.ts'
import type { shapeConsoleSession, shapeNewSignInLink } from '../../../api/resources/console-session.ts'
import type { shapeSetting } from '../../../api/resources/setting.ts'
import type { newWebhookSchema, shapeDelivery, shapeOutcome, shapeWebhook } from '../../../api/resources/webhook.ts'

/** What the API answers, by the words of the API itself. */
export type SettingAnswer = ReturnType<typeof shapeSetting>
export type TokenAnswer = ReturnType<typeof shapeToken>
export type NewTokenAnswer = z.infer<typeof newTokenSchema>
export type SignInLinkAnswer = ReturnType<typeof shapeNewSignInLink>
export type ConsoleSessionAnswer = ReturnType<typeof shapeConsoleSession>
export type WebhookAnswer = ReturnType<typeof shapeWebhook>
export type NewWebhookAnswer = z.infer<typeof newWebhookSchema>
export type WebhookOutcomeAnswer = ReturnType<typeof shapeOutcome>
export type DeliveryAnswer = ReturnType<typeof shapeDelivery>

/** As POST /api/config/reload answers. */
export interface ReloadAnswer {
  readonly applied: readonly string[]
  readonly needsRestart: readonly string[]
}
