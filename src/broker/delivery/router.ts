import type { QoS } from './message.ts'

/** Who receives a message: each subscriber once, at the best of its matching subscriptions ([MQTT-3.3.5-1]). */
export interface Route<Subscriber> {
  readonly subscriber: Subscriber
  readonly qos: QoS
}

export interface Subscription<Subscriber> extends Route<Subscriber> {
  readonly topicFilter: string
}

interface Node<Subscriber> {
  readonly children: Map<string, Node<Subscriber>>
  readonly subscriptions: Map<Subscriber, Subscription<Subscriber>>
}

const MAX_PLANS = 2048

/** Every subscription, one record for each filter and subscriber, as a tree of topic levels: MQTT 3.1.1 §4.7. */
export class Router<Subscriber> {
  readonly #root: Node<Subscriber> = createNode()
  readonly #plans = new Map<string, readonly Route<Subscriber>[]>()
  #size = 0

  /** How many subscriptions there are. */
  get size(): number {
    return this.#size
  }

  add(topicFilter: string, subscriber: Subscriber, qos: QoS): void {
    let node = this.#root
    for (const level of topicFilter.split('/')) {
      const child = node.children.get(level) ?? createNode<Subscriber>()
      node.children.set(level, child)
      node = child
    }
    if (!node.subscriptions.has(subscriber)) this.#size++
    node.subscriptions.set(subscriber, { topicFilter, subscriber, qos })
    this.#dropPlans(topicFilter)
  }

  remove(topicFilter: string, subscriber: Subscriber): void {
    this.#prune(this.#root, topicFilter.split('/'), 0, subscriber)
    this.#dropPlans(topicFilter)
  }

  /** Every subscription whose filter matches, those by "#" first. */
  match(topicName: string): readonly Subscription<Subscriber>[] {
    const found: Subscription<Subscriber>[] = []
    collect(this.#root, topicName.split('/'), 0, found)
    return found
  }

  /** Whether any filter begins with this level. */
  hasLevel(level: string): boolean {
    return this.#root.children.has(level)
  }

  /** Of a topic that will hardly come again: it is not remembered. */
  planOnce(topicName: string): readonly Route<Subscriber>[] {
    return merge(this.match(topicName))
  }

  plan(topicName: string): readonly Route<Subscriber>[] {
    const known = this.#plans.get(topicName)
    if (known) return known
    const plan = this.planOnce(topicName)
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear()
    this.#plans.set(topicName, plan)
    return plan
  }

  /** Takes the subscription out and every node that is empty then; whether this node is. */
  #prune(node: Node<Subscriber>, levels: readonly string[], depth: number, subscriber: Subscriber): boolean {
    const level = levels[depth]
    if (level === undefined) {
      if (node.subscriptions.delete(subscriber)) this.#size--
    } else {
      const child = node.children.get(level)
      if (child && this.#prune(child, levels, depth + 1, subscriber)) node.children.delete(level)
    }
    return node.children.size === 0 && node.subscriptions.size === 0
  }

  #dropPlans(topicFilter: string): void {
    const wildcard = topicFilter.search(/[+#]/)
    if (wildcard === -1) {
      this.#plans.delete(topicFilter)
      return
    }
    // MQTT 3.1.1 §4.7.1.2: "a/#" also matches "a"
    const prefix = topicFilter.slice(0, wildcard).replace(/\/$/, '')
    for (const topicName of this.#plans.keys()) if (topicName.startsWith(prefix)) this.#plans.delete(topicName)
  }
}

function createNode<Subscriber>(): Node<Subscriber> {
  return { children: new Map(), subscriptions: new Map() }
}

function collect<Subscriber>(
  node: Node<Subscriber>,
  levels: readonly string[],
  depth: number,
  found: Subscription<Subscriber>[],
): void {
  const level = levels[depth]
  // [MQTT-4.7.2-1]: a wildcard in the first level does not match a topic that begins with "$"
  const takesWildcard = depth > 0 || !level?.startsWith('$')
  if (takesWildcard) found.push(...(node.children.get('#')?.subscriptions.values() ?? []))
  if (level === undefined) {
    found.push(...node.subscriptions.values())
    return
  }
  const anyLevel = takesWildcard ? node.children.get('+') : undefined
  if (anyLevel) collect(anyLevel, levels, depth + 1, found)
  const child = node.children.get(level)
  if (child) collect(child, levels, depth + 1, found)
}

function merge<Subscriber>(subscriptions: readonly Subscription<Subscriber>[]): readonly Route<Subscriber>[] {
  const best = new Map<Subscriber, Route<Subscriber>>()
  for (const { subscriber, qos } of subscriptions) {
    if ((best.get(subscriber)?.qos ?? -1) < qos) best.set(subscriber, { subscriber, qos })
  }
  return [...best.values()]
}
