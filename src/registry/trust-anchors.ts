import type { TrustAnchorStore } from './ports.ts'

export interface GivenAnchor {
  /** Of the certificate that verifies MQTTS now. */
  readonly fingerprint: string
  /** Of the CA's own. */
  readonly own: string
}

/** Writes down what devices are given to verify MQTTS with from now on; tells how many hold something else. */
export function noteTrustAnchor(anchors: TrustAnchorStore, { fingerprint, own }: GivenAnchor, now: Date): number {
  const given = anchors.current()
  // It was never another: nobody needs to be counted.
  if (given === undefined && fingerprint === own) return 0
  if (given !== fingerprint) anchors.insert(fingerprint, now)
  return anchors.countDevicesWithout(fingerprint, own, now)
}
