import type { Texts } from '../../language.ts'

const en = {
  lead: 'Whether an MQTT client that shows this certificate would be let in now. Nothing of it is kept.',
  certificate: 'Certificate, PEM or base64 of the DER',
  hint: 'Never a private key: the hub refuses to look at one.',
  judge: 'Judge it',
  admitted: 'It would be let in',
  refused: 'It would be refused',
  cause: 'Cause',
  mend: 'What mends it',
  expected: 'Expected',
  kind: 'Kind',
  presented: 'What it says',
  hints: 'Worth knowing',
}

export const PASTE_TEXT: Texts<typeof en> = {
  en,
  ru: {
    lead: 'Впустят ли сейчас MQTT-клиента с этим сертификатом. Хаб ничего из него не сохраняет.',
    certificate: 'Сертификат: PEM или DER в base64',
    hint: 'Закрытый ключ сюда не вставляют: хаб откажется его читать.',
    judge: 'Проверить',
    admitted: 'Его впустят',
    refused: 'Его не впустят',
    cause: 'Причина',
    mend: 'Что делать',
    expected: 'Ожидалось',
    kind: 'Вид',
    presented: 'Что в нём',
    hints: 'Стоит знать',
  },
}
