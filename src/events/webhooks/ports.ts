import type { Page, PageRequest } from '../../registry/page.ts'
import type { WebhookDelivery } from './delivery.ts'
import type { Webhook } from './webhook.ts'

export interface WebhookStore {
  /** In the order they were made. */
  list(): readonly Webhook[]
  /** Inserts it, or replaces the one of the same id. */
  save(webhook: Webhook): void
  /** With its deliveries. */
  delete(id: string): void
}

/** What waits for targets, and what waits for an operator; without the wait for the disk. */
export interface DeliveryStore {
  /** All of them, or none. */
  insert(deliveries: readonly WebhookDelivery[]): void
  find(id: string): WebhookDelivery | undefined
  update(delivery: WebhookDelivery): void
  delete(id: string): void
  /** Pending ones whose time has come, or is past `latest`, which a clock that was ahead has told; the earliest first. */
  listDue(webhookId: string, now: Date, latest: Date, limit: number): readonly WebhookDelivery[]
  /** In the order of their ids. */
  list(webhookId: string, state: WebhookDelivery['state'], page: PageRequest): Page<WebhookDelivery>
  count(webhookId: string, state: WebhookDelivery['state']): number
  /** All but the newest so many dead ones of the webhook. */
  deleteOldDead(webhookId: string, kept: number): void
}
