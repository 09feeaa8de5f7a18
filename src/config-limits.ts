import type { Config } from './config.ts'

/** What bounds the broker, under the names it has there; each is read when it is asked for. */
export function brokerLimits({ limits, mqtt }: Config) {
  return {
    get connectBytes() {
      return limits.connect_bytes
    },
    connectSeconds: limits.connect_seconds,
    get packetBytes() {
      return limits.packet_bytes
    },
    topicLevels: limits.topic_levels,
    get subscriptions() {
      return limits.subscriptions
    },
    inFlight: mqtt.inflight,
    get queueMessages() {
      return limits.queue_messages
    },
    get queueBytes() {
      return limits.queue_bytes
    },
    get queueSeconds() {
      return limits.queue_age
    },
    get retainedMessages() {
      return limits.retained_messages
    },
    get retainedBytes() {
      return limits.retained_bytes
    },
    get sessionSeconds() {
      return limits.session_expiry
    },
    messagesPerSecond: limits.messages_per_second,
    bytesPerSecond: limits.bytes_per_second,
    get flappingConnects() {
      return limits.flapping_connects
    },
    get flappingSeconds() {
      return limits.flapping_window
    },
    get flappingBanSeconds() {
      return limits.flapping_ban
    },
  }
}

/** What bounds the doors, under the names it has there; each is read when it is asked for. */
export function connectionLimits({ limits }: Config) {
  return {
    get connections() {
      return limits.connections
    },
    get connectionsPerAddress() {
      return limits.connections_per_address
    },
    get halfOpen() {
      return limits.half_open
    },
    get halfOpenPerAddress() {
      return limits.half_open_per_address
    },
    newConnectionsPerAddressPerSecond: limits.new_connections_per_address_per_second,
  }
}
