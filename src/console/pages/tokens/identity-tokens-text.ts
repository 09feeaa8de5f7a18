import type { Texts } from '../../language.ts'

const en = {
  lead: (id: string) =>
    `MQTT passwords beside certificates, for the user name ${id}. They let it in where mqtt.auth takes tokens.`,
  label: 'Tokens',
  id: 'Token',
  made: 'Made',
  empty: 'There is no token. Who has a certificate needs none.',
  once: (id: string) => `The MQTT password of ${id}, shown this once: the hub keeps its hash alone.`,
  replace: 'Replace',
  replaceTells:
    'Another token is made and shown once. This one stays good until the other is first used, and then ends.',
  revokeTells: 'Whoever shows this token is refused from now on, and the sessions that it let in close.',
}

export const IDENTITY_TOKENS_TEXT: Texts<typeof en> = {
  en,
  ru: {
    lead: (id) =>
      `Пароли MQTT наряду с сертификатами, имя пользователя — ${id}. Действуют там, где mqtt.auth принимает токены.`,
    label: 'Токены',
    id: 'Токен',
    made: 'Создан',
    empty: 'Токенов нет. Тому, у кого есть сертификат, они не нужны.',
    once: (id) => `Пароль MQTT для ${id} показывается один раз: хаб хранит только его хеш.`,
    replace: 'Заменить',
    replaceTells: 'Будет создан и один раз показан новый токен. Этот действует, пока новым не воспользуются.',
    revokeTells: 'С этим токеном больше не войти, открытые с ним сессии закроются.',
  },
}
