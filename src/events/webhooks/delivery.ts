/** One event or message on its way to one webhook. */
export interface WebhookDelivery {
  readonly id: string
  readonly webhookId: string
  /** Of the event; `message` of a message. */
  readonly type: string
  readonly body: string
  /** `dead`: all attempts have failed, and it waits for an operator. */
  readonly state: 'pending' | 'dead'
  readonly attempts: number
  readonly nextAt: Date
  /** Why the last attempt failed. */
  readonly error: string | undefined
  readonly createdAt: Date
}
