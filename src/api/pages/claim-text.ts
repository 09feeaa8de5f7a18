import type { Language } from '../language.ts'

/** The words of the page where somebody fetches key and certificate with a claim link. */
export interface ClaimText {
  readonly title: string
  readonly lead: string
  readonly choice: string
  readonly bundle: string
  readonly bundleHint: string
  readonly keyStore: string
  readonly keyStoreHint: string
  readonly password: string
  readonly passwordHint: string
  readonly button: string
  readonly noScript: string
  readonly again: string
  /** By the code of the problem that the hub answers with, and by the state of the page. */
  readonly messages: Readonly<Record<ClaimMessage, string>>
}

export const CLAIM_MESSAGES = [
  'working',
  'done',
  'claim_not_found',
  'claim_used',
  'claim_expired',
  'too_many_attempts',
  'bad_request',
  'unreachable',
  'failed',
] as const

export type ClaimMessage = (typeof CLAIM_MESSAGES)[number]

export const CLAIM_TEXTS = {
  en: {
    title: 'Fetch the key of your device',
    lead: 'The key is made when you press the button, and handed to you alone: the hub keeps no copy. This link works once.',
    choice: 'What do you need',
    bundle: 'A folder for a device or a program',
    bundleHint: 'Key, certificate and CA as PEM, with examples for ESP-IDF, Arduino, Python, Node.js and others (.zip)',
    keyStore: 'One file with a password',
    keyStoreHint: 'For what imports PKCS#12: Windows, phones, Java (.p12)',
    password: 'Password of the file',
    passwordHint: 'At least 8 characters. The hub forgets it: you need it where you open the file.',
    button: 'Make the key and save it',
    noScript: 'This page needs JavaScript: the secret of your link must not be sent before you press the button.',
    again: 'Save the file again',
    messages: {
      working: 'The key is being made.',
      done: 'The file is on its way to you. It holds the only copy of the key: keep it safe. The link has ended.',
      claim_not_found:
        'This link is not complete, or another has taken its place. Open it again exactly as you were given it, or ask for a new one.',
      claim_used: 'This link was used already. If it was not by you, tell your administrator now.',
      claim_expired: 'This link has expired. Ask your administrator for a new one.',
      too_many_attempts: 'Too many wrong links came from your address. Try again in a minute.',
      bad_request: 'The password has 8 to 128 characters.',
      unreachable: 'The hub does not answer. The link is still good unless the answer was lost on its way: try again.',
      failed: 'The hub could not make the key. Ask your administrator.',
    },
  },
  ru: {
    title: 'Получите ключ устройства',
    lead: 'Ключ создаётся, когда вы нажмёте кнопку, и достаётся только вам: хаб не хранит копии. Ссылка действует один раз.',
    choice: 'Что вам нужно',
    bundle: 'Папка для устройства или программы',
    bundleHint: 'Ключ, сертификат и УЦ в PEM с примерами для ESP-IDF, Arduino, Python, Node.js и других (.zip)',
    keyStore: 'Один файл с паролем',
    keyStoreHint: 'Для всего, что импортирует PKCS#12: Windows, телефоны, Java (.p12)',
    password: 'Пароль файла',
    passwordHint: 'Не короче 8 знаков. Хаб его забудет; он понадобится там, где вы откроете файл.',
    button: 'Создать ключ и сохранить',
    noScript: 'Странице нужен JavaScript: секрет ссылки нельзя отправлять, пока вы не нажали кнопку.',
    again: 'Сохранить файл ещё раз',
    messages: {
      working: 'Ключ создаётся.',
      done: 'Файл сохраняется. В нём единственная копия ключа: берегите её. Ссылка больше не действует.',
      claim_not_found:
        'Ссылка неполная, или её сменила другая. Откройте её точно в том виде, в каком получили, или попросите новую.',
      claim_used: 'Эта ссылка уже использована. Если не вами, сообщите администратору сейчас же.',
      claim_expired: 'Срок ссылки истёк. Попросите у администратора новую.',
      too_many_attempts: 'С вашего адреса пришло слишком много неверных ссылок. Повторите через минуту.',
      bad_request: 'В пароле от 8 до 128 знаков.',
      unreachable: 'Хаб не отвечает. Если не потерялся сам ответ, ссылка ещё действует: повторите.',
      failed: 'Хаб не смог создать ключ. Обратитесь к администратору.',
    },
  },
} as const satisfies Record<Language, ClaimText>
