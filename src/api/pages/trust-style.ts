import { createHash } from 'node:crypto'
import { PAGE_STYLE } from './page-style.ts'

/** No class, no image, no font of others: all of it is allowed by the one hash. */
export const TRUST_STYLE = `${PAGE_STYLE}h2 { margin: 32px 0 8px; font-size: 17px; }
dl { margin: 16px 0; padding: 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
dt { color: var(--quiet); font-size: 13px; }
dd { margin: 0 0 8px; overflow-wrap: anywhere; }
dd:last-child { margin-bottom: 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { margin: 8px 0; padding: 8px 16px; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
ul { margin: 8px 0; padding: 0; list-style: none; }
li { margin: 8px 0; }
li span { color: var(--quiet); }
details { border-bottom: 1px solid var(--line); }
summary { padding: 8px 0; cursor: pointer; font-weight: 600; }
details > :last-child { margin-bottom: 16px; }
`

const digest = createHash('sha256').update(TRUST_STYLE).digest('base64')

/** Of the page: that style, and nothing else. */
export const TRUST_POLICY = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
