import { createHash } from 'node:crypto'
import { PAGE_STYLE } from './page-style.ts'
import { REFERENCE_SCRIPT } from './reference-script.ts'

export const REFERENCE_STYLE = `${PAGE_STYLE}main { max-width: 960px; }
h2 { margin: 32px 0 8px; font-size: 17px; }
h3 { margin: 16px 0 4px; font-size: 14px; }
h4 { margin: 12px 0 4px; font-size: 13px; }
h4 span { color: var(--quiet); font-weight: 400; }
search { position: sticky; top: 0; z-index: 1; display: block; padding: 8px 0; background: var(--page); }
search label { display: block; color: var(--quiet); font-size: 13px; }
input { width: 100%; padding: 8px; border: 1px solid var(--quiet); border-radius: 6px; background: var(--page); color: var(--text); font: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 16px 0; padding: 0; list-style: none; }
details { border-bottom: 1px solid var(--line); scroll-margin-top: 72px; }
details > :last-child { margin-bottom: 16px; }
summary { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 8px 0; cursor: pointer; }
summary > span { overflow-wrap: anywhere; min-width: 0; }
summary > span + span { color: var(--quiet); }
summary b { display: inline-block; min-width: 64px; color: var(--accent); font-size: 13px; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { margin: 8px 0; padding: 8px 16px; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
dl { margin: 4px 0; padding-left: 12px; border-left: 2px solid var(--line); }
dt { overflow-wrap: anywhere; }
dd { margin: 0 0 6px; color: var(--quiet); overflow-wrap: anywhere; }
dd dl { color: var(--text); }
ul { margin: 4px 0; padding-left: 20px; }
small code { font-size: 12px; }
[hidden] { display: none; }
`

const allow = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Of the page: its style and its script, and nothing else. */
export const REFERENCE_POLICY = `default-src 'none'; style-src ${allow(REFERENCE_STYLE)}; script-src ${allow(REFERENCE_SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
