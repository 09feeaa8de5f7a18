import type { WebhookCalls } from '../../src/api/routes/webhooks.ts'
import { DomainError } from '../../src/errors.ts'
import type { WebhookDelivery } from '../../src/events/webhooks/delivery.ts'
import type { Webhook } from '../../src/events/webhooks/webhook.ts'

/** One webhook, `h1`, full of secrets, with a dead delivery; it writes down what it is asked. */
export function createWebhookDouble(now: Date) {
  const calls: unknown[][] = []
  const webhook: Webhook = {
    id: 'h1',
    name: 'duty',
    state: 'active',
    url: 'https://api.example.com/bot-SECRET/send?key=SECRET',
    secret: 'SECRET-of-webhook-h1',
    headers: { authorization: 'Bearer SECRET' },
    types: ['certificate.*'],
    topicFilters: ['a/#'],
    format: 'json',
    template: { token: 'SECRET', text: '{{type}}' },
    createdAt: now,
  }
  const delivery: WebhookDelivery = {
    id: 'd1',
    webhookId: 'h1',
    type: 'certificate.revoked',
    body: 'SECRET',
    state: 'dead',
    attempts: 12,
    nextAt: now,
    error: 'answered 500',
    createdAt: now,
  }
  const get = (id: string): Webhook => {
    if (id !== 'h1') throw new DomainError('webhook_not_found', `No webhook has the id ${id}`)
    return webhook
  }
  const ports: WebhookCalls = {
    get,
    list: () => [webhook],
    create(request) {
      calls.push(['create', request])
      return webhook
    },
    change(id, changes) {
      calls.push(['change', id, changes])
      return get(id)
    },
    remove: (id) => void calls.push(['remove', id]),
    async test(id) {
      get(id)
      return { delivered: false, error: 'answered 500', status: 500 }
    },
    figuresOf: () => ({ pending: 1, dead: 2, dropped: 3 }),
    listDeliveries(id, state, page) {
      calls.push(['listDeliveries', id, state, page])
      return { items: [delivery, { ...delivery, id: 'd2', state: 'pending', error: undefined }] }
    },
    retry: (...those) => void calls.push(['retry', ...those]),
    drop: (...those) => void calls.push(['drop', ...those]),
  }
  return { ports, calls }
}
