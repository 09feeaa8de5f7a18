// mqtt-packet 9.0.2: a packet that ends before its identifier is handed on, with -1 or with octets of the next packet.
import mqtt from 'mqtt-packet'

for (const bytes of [
  [0x40, 0],
  [0x40, 0, 0xc0, 0],
]) {
  const parser = mqtt.parser()
  parser.on('packet', ({ cmd, messageId }) => console.log(bytes, cmd, messageId))
  parser.on('error', ({ message }) => console.log(bytes, message))
  parser.parse(Buffer.from(bytes))
}
