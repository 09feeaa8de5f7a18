import type { MqttClient } from 'mqtt'

export interface Message {
  readonly topic: string
  readonly payload: string
}

export function nextMessage(client: MqttClient): Promise<Message> {
  return new Promise((resolve) => {
    client.once('message', (topic, payload) => resolve({ topic, payload: payload.toString() }))
  })
}
