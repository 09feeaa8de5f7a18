import type { Socket } from 'node:net'

// RFC 8446 §5.1: a TLS connection begins with a handshake record, content type 22
const TLS_HANDSHAKE = 0x16

/** Reads the first byte, puts it back, and says whether TLS follows; undefined when the peer left or waited too long. */
export function sniffTls(socket: Socket, deadlineMs: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(undefined), deadlineMs)
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      const isTls = chunk[0] === TLS_HANDSHAKE
      settle(isTls)
      socket.unshift(chunk)
    }
    const onGone = (): void => settle(undefined)
    const settle = (verdict: boolean | undefined): void => {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('close', onGone)
      socket.off('error', onGone)
      if (verdict === undefined) socket.destroy()
      resolve(verdict)
    }
    socket.on('readable', onReadable)
    socket.on('close', onGone)
    socket.on('error', onGone)
  })
}
