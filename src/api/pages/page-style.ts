/** What every page for people has in common: the colours of both themes, system fonts, and nothing from elsewhere. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --text: #1a1d21; --quiet: #5b6470; --line: #dfe3e8; --panel: #f6f7f9; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --text: #e6e9ec; --quiet: #9aa4b0; --line: #2c3238; --panel: #1c2024; --accent: #7fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 32px 16px 64px; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.3; }
p { margin: 8px 0; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
`
