import type { WebhookDelivery } from '../../../src/events/webhooks/delivery.ts'
import type { Webhook } from '../../../src/events/webhooks/webhook.ts'

export const NOON = new Date('2026-03-01T12:00:00.000Z')

export function createWebhook(id: string, changes: Partial<Webhook> = {}): Webhook {
  return {
    id,
    name: '',
    state: 'active',
    url: 'https://example.com/hook',
    secret: 'whsec_of-a-test-webhook',
    headers: {},
    types: ['*'],
    topicFilters: [],
    format: 'json',
    template: undefined,
    createdAt: NOON,
    ...changes,
  }
}

export function createDelivery(id: string, changes: Partial<WebhookDelivery> = {}): WebhookDelivery {
  const waiting = { state: 'pending', attempts: 0, nextAt: NOON, error: undefined, createdAt: NOON } as const
  return { id, webhookId: 'h1', type: 'a.type', body: '{}', ...waiting, ...changes }
}
