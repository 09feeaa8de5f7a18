import type { Texts } from '../../language.ts'

const en = {
  title: 'Imported password',
  asUser: 'user name',
  ends: 'ends',
  remove: 'Remove the imported password',
  removeTells:
    'The hub forgets the password, and a session that it let in closes at once. From then on the device needs a certificate or a token.',
  removed: 'The imported password is removed.',
}

export const IMPORTED_PASSWORD_TEXT: Texts<typeof en> = {
  en,
  ru: {
    title: 'Импортированный пароль',
    asUser: 'имя',
    ends: 'действует до:',
    remove: 'Удалить импортированный пароль',
    removeTells:
      'Хаб забудет пароль, а открытая по нему сессия закроется сразу. Дальше устройству понадобится сертификат или токен.',
    removed: 'Импортированный пароль удалён.',
  },
}
