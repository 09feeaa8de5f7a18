import type { Texts } from './language.ts'

type RoleNames = Readonly<Record<string, string>>

const en = {
  skip: 'Skip to the page',
  sections: 'Sections',
  overview: 'Overview',
  devices: 'Devices',
  services: 'Services',
  sessions: 'Sessions',
  certificates: 'Certificates',
  policies: 'Policies',
  activity: 'Activity',
  settings: 'Settings',
  search: 'Find a device: id, user, serial number, fingerprint, address',
  searchShort: 'Find a device',
  noHits: 'Nothing is called so.',
  signedInAs: (name: string, role: string) => `${name}, ${role}`,
  roles: { admin: 'admin', operator: 'operator', auditor: 'auditor', validator: 'validator' } as RoleNames,
  signOut: 'Sign out',
  theme: 'Colours',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  language: 'Language',
  languages: { en: 'English', ru: 'Русский' },
}

export const FRAME_TEXT: Texts<typeof en> = {
  en,
  ru: {
    skip: 'К содержанию страницы',
    sections: 'Разделы',
    overview: 'Обзор',
    devices: 'Устройства',
    services: 'Сервисы',
    sessions: 'Сессии',
    certificates: 'Сертификаты',
    policies: 'Политики',
    activity: 'События',
    settings: 'Настройки',
    search: 'Найти устройство: id, пользователь, серийный номер, отпечаток, адрес',
    searchShort: 'Найти устройство',
    noHits: 'Ничего не найдено.',
    signedInAs: (name, role) => `${name}, ${role}`,
    roles: { admin: 'администратор', operator: 'оператор', auditor: 'аудитор', validator: 'валидатор' },
    signOut: 'Выйти',
    theme: 'Цвета',
    themes: { system: 'Как в системе', light: 'Светлые', dark: 'Тёмные' },
    language: 'Язык',
    languages: { en: 'English', ru: 'Русский' },
  },
}
