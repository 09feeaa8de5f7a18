/** Whether a page of another origin made the request: browsers name its origin with all that may change something. */
export function isCrossOrigin(origin: string | undefined, ownUrl: string): boolean {
  // "null" is the origin of nobody: RFC 6454 §7.3
  return origin !== undefined && origin !== new URL(ownUrl).origin
}
