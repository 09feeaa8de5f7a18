import { createHash } from 'node:crypto'

/** No class, no image, no font of others: all of it is allowed by the one hash. */
export const TRUST_STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --text: #1a1d21; --quiet: #5b6470; --line: #dfe3e8; --panel: #f6f7f9; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --text: #e6e9ec; --quiet: #9aa4b0; --line: #2c3238; --panel: #1c2024; --accent: #7fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 32px 16px 64px; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.3; }
h2 { margin: 32px 0 8px; font-size: 17px; }
p { margin: 8px 0; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
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
