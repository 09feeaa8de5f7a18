import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Language } from '../language.ts'

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

export interface PageParts {
  readonly language: Language
  /** Of the window and above the text. */
  readonly title: string
  readonly style: string
  /** What stands below the title. */
  readonly body: Markup
  readonly script?: string
}

/** A page for people, whole in itself: it loads nothing. */
export function renderPage({ language, title, style, body, script }: PageParts): Markup {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
${script === undefined ? '' : html`<script>${raw(script)}</script>\n`}</body>
</html>
`
}
