/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Who is told by an HTTP request, of what, and in which form. */
export interface Webhook {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'paused'
  /** A secret too: messengers have their token in it. */
  readonly url: string
  /** What its deliveries are signed with. */
  readonly secret: string
  /** Beside our own; secrets too. */
  readonly headers: Readonly<Record<string, string>>
  /** Types of events, or the beginnings of types with `*` behind; none: no events. */
  readonly types: readonly string[]
  /** Of the messages that it is told of; none: no messages. */
  readonly topicFilters: readonly string[]
  readonly format: 'json' | 'form'
  /** The body with `{{path}}` in its strings; none: the envelope of the event. */
  readonly template: Json | undefined
  readonly createdAt: Date
}
