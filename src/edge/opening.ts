import type { Socket } from 'node:net'

/** What a connection begins with; `silent` where it did not begin in time. */
export type Opening<Value> = { readonly value: Value } | 'gone' | 'silent'

/** What was made of the first bytes, and how many of them are used up. */
export interface Reading<Value> {
  readonly value: Value
  readonly used: number
}

// RFC 8446 §5.1: a TLS connection begins with a handshake record, content type 22
export const TLS_HANDSHAKE = 0x16
// MQTT 3.1.1 §3.1.1: a connection begins with a CONNECT, type 1, flags 0
export const MQTT_CONNECT = 0x10

/** Reads until `read` makes something of what has arrived, and puts back what it has not used; a socket that does not begin is closed. */
export function readOpening<Value>(
  socket: Socket,
  deadlineMs: number,
  read: (bytes: Buffer) => Reading<Value> | undefined,
): Promise<Opening<Value>> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve('gone')
    let bytes: Buffer = Buffer.alloc(0)
    const timer = setTimeout(() => settle('silent'), deadlineMs)
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      const reading = read(bytes)
      if (!reading) return
      settle({ value: reading.value })
      if (reading.used < bytes.length) socket.unshift(bytes.subarray(reading.used))
    }
    const onGone = (): void => settle('gone')
    const settle = (opening: Opening<Value>): void => {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('close', onGone)
      socket.off('error', onGone)
      if (typeof opening === 'string') socket.destroy()
      resolve(opening)
    }
    socket.on('readable', onReadable)
    socket.on('close', onGone)
    socket.on('error', onGone)
  })
}

/** The first byte, which stays where it is. */
export function readFirstByte(bytes: Buffer): Reading<number> | undefined {
  const [value] = bytes
  return value === undefined ? undefined : { value, used: 0 }
}
