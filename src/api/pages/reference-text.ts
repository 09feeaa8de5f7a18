import type { Language } from '../language.ts'

/** The words around the description of the API, which itself is in English. */
export interface ReferenceText {
  readonly title: string
  readonly lead: string
  readonly source: string
  readonly filter: string
  readonly nothing: string
  readonly credentials: string
  readonly schemas: string
  readonly access: string
  readonly anybody: string
  readonly role: string
  readonly link: string
  readonly parameters: string
  readonly body: string
  readonly answers: string
  readonly required: string
  readonly listOf: string
}

export const REFERENCE_TEXTS = {
  en: {
    title: 'API of this hub',
    lead: 'Every call, from the schemas that validate it. Nothing of this page comes from elsewhere.',
    source: 'The same for programs',
    filter: 'Filter by path or words',
    nothing: 'No call has these words.',
    credentials: 'Credentials',
    schemas: 'Schemas',
    access: 'For',
    anybody: 'anybody',
    role: 'role',
    link: 'Link to',
    parameters: 'Parameters',
    body: 'Body',
    answers: 'Answers',
    required: 'required',
    listOf: 'list of',
  },
  ru: {
    title: 'API этого хаба',
    lead: 'Все вызовы по тем же схемам, которыми они проверяются. Ничто на этой странице не загружается со стороны.',
    source: 'То же для программ',
    filter: 'Отбор по пути или словам',
    nothing: 'Вызовов с такими словами нет.',
    credentials: 'Удостоверения',
    schemas: 'Схемы',
    access: 'Для кого',
    anybody: 'для всех',
    role: 'роль',
    link: 'Ссылка на',
    parameters: 'Параметры',
    body: 'Тело запроса',
    answers: 'Ответы',
    required: 'обязательно',
    listOf: 'список из',
  },
} as const satisfies Record<Language, ReferenceText>
