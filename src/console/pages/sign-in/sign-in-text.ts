import type { Texts } from '../../language.ts'

const en = {
  title: 'Sign in',
  lead: 'With a link or with a token. Both are made on the machine of the hub:',
  linkCommand: 'A link for one use, 15 minutes',
  byToken: 'Token',
  tokenHint: 'It begins with sgn_. The browser keeps none: it is exchanged for a session that ends with it.',
  go: 'Sign in',
  certificate: 'An administrator certificate in this browser signs in by itself where the mode takes one.',
  byLink: 'This link signs in to the console of this hub. It works once.',
  goByLink: 'Sign in with this link',
  linkEnded: 'A link works once, for 15 minutes. signet console-link prints a new one.',
}

export const SIGN_IN_TEXT: Texts<typeof en> = {
  en,
  ru: {
    title: 'Вход',
    lead: 'По ссылке или по токену. И то и другое создаётся на машине хаба:',
    linkCommand: 'Ссылка на один вход, 15 минут',
    byToken: 'Токен',
    tokenHint: 'Начинается с sgn_. Браузер его не хранит: он обменивается на сессию, которая кончается вместе с ним.',
    go: 'Войти',
    certificate: 'Сертификат администратора в этом браузере впускает сам, если режим его принимает.',
    byLink: 'Эта ссылка впускает в консоль этого хаба. Она действует один раз.',
    goByLink: 'Войти по этой ссылке',
    linkEnded: 'Ссылка действует один раз, 15 минут. Новую напечатает signet console-link.',
  },
}
