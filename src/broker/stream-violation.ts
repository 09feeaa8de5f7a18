/** What a peer did to the layer below MQTT; its stream ends with it as its error. */
export class StreamViolation extends Error {
  readonly violation: 'packet_too_large' | 'websocket_invalid'

  constructor(violation: StreamViolation['violation'], message: string) {
    super(message)
    this.name = 'StreamViolation'
    this.violation = violation
  }
}
