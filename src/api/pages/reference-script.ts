/** Shows the filter, which is of no use without it, and hides the calls that have not all of its words. */
export const REFERENCE_SCRIPT = `
'use strict'
const field = document.getElementById('filter')
const nothing = document.getElementById('nothing')
const calls = [...document.querySelectorAll('[data-call]')]
const sections = [...document.querySelectorAll('section[data-tag]')]

const filter = () => {
  const words = field.value.toLowerCase().split(/\\s+/)
  for (const call of calls) call.hidden = !words.every((word) => call.dataset.call.includes(word))
  for (const section of sections) section.hidden = section.querySelector('[data-call]:not([hidden])') === null
  nothing.hidden = sections.some((section) => !section.hidden)
}

const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
}

field.addEventListener('input', filter)
addEventListener('hashchange', reveal)
field.closest('search').hidden = false
// What a browser has kept of an earlier visit.
filter()
reveal()
`
