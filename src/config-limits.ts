import type { Config } from './config.ts'

/** What bounds the broker, under the names it has there. */
export function brokerLimits({ limits, mqtt }: Config) {
  return {
    connectBytes: limits.connect_bytes,
    connectSeconds: limits.connect_seconds,
    packetBytes: limits.packet_bytes,
    topicLevels: limits.topic_levels,
    subscriptions: limits.subscriptions,
    inFlight: mqtt.inflight,
    queueMessages: limits.queue_messages,
    queueBytes: limits.queue_bytes,
    queueSeconds: limits.queue_age,
    retainedMessages: limits.retained_messages,
    retainedBytes: limits.retained_bytes,
    sessionSeconds: limits.session_expiry,
    messagesPerSecond: limits.messages_per_second,
    bytesPerSecond: limits.bytes_per_second,
    flappingConnects: limits.flapping_connects,
    flappingSeconds: limits.flapping_window,
    flappingBanSeconds: limits.flapping_ban,
  }
}

/** What bounds the doors, under the names it has there. */
export function connectionLimits({ limits }: Config) {
  return {
    connections: limits.connections,
    connectionsPerAddress: limits.connections_per_address,
    halfOpen: limits.half_open,
    halfOpenPerAddress: limits.half_open_per_address,
    newConnectionsPerAddressPerSecond: limits.new_connections_per_address_per_second,
  }
}
