/**
 * What the page does in the browser: it shows the secret of its link, which stands behind "#" and so reaches no server by
 * itself, once the button is pressed, and saves the answer. Words are the page's; the script finds them by name.
 */
export const CLAIM_SCRIPT = `
'use strict'
const find = (id) => document.getElementById(id)
const secret = location.hash.slice(1)
const form = find('claim')
const isKeyStore = () => new FormData(form).get('as') === 'p12'

const show = (name) => {
  for (const message of document.querySelectorAll('[data-message]')) message.hidden = message.dataset.message !== name
}
const tell = (name) => show(document.querySelector('[data-message="' + name + '"]') ? name : 'failed')

const arrange = () => {
  find('secrecy').hidden = !isKeyStore()
  find('password').disabled = !isKeyStore()
}

const save = async (answer) => {
  const [, name] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition')) || []
  const link = find('again')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  form.hidden = true
  show('done')
  history.replaceState(null, '', location.pathname)
  link.click()
  link.focus()
}

const claim = async () => {
  const wish = isKeyStore() ? { as: 'p12', password: find('password').value } : { as: 'bundle' }
  const answer = await fetch(location.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret, ...wish }),
  })
  if (answer.ok) return save(answer)
  tell((await answer.json()).code)
}

form.addEventListener('change', arrange)
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  find('go').disabled = true
  show('working')
  await claim().catch(() => tell('unreachable'))
  find('go').disabled = false
})
// Another link opened in the same window changes nothing but what stands behind "#".
addEventListener('hashchange', () => location.reload())
arrange()
form.hidden = secret === ''
show(secret === '' ? 'claim_not_found' : '')
`
