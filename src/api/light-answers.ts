import { getRequestListener } from '@hono/node-server'

/**
 * Makes the global Request and Response those of the HTTP library, which write an answer without streams: for a process that
 * runs the hub and nothing else. What `fetch` answers is then no `instanceof Response`.
 */
export function installLightAnswers(): void {
  // The library does it as it makes a listener, and has no other call for it: nobody listens by this one.
  getRequestListener(Response.error, { overrideGlobalObjects: true })
}
