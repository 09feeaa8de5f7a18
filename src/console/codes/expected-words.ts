import { language } from '../language.ts'

/** What would have been let in: in English as the hub says it, in Russian where the sentence is known. */
export function tellExpected(expected: string): string {
  if (language.value === 'en') return expected
  const known = RUSSIAN.find(([sentence]) => sentence.test(expected))
  return known ? expected.replace(...known) : expected
}

const RUSSIAN: readonly (readonly [sentence: RegExp, russian: string])[] = [
  [/^a certificate issued by (.+), and signed with its key$/, 'сертификат, который выпустил и подписал $1'],
  [/^a certificate issued by (.+), or a user name and its token$/, 'сертификат, выпущенный $1, либо имя и его токен'],
  [/^a certificate issued by (.+)$/, 'сертификат, который выпустил $1'],
  [/^a certificate of a device or service$/, 'сертификат устройства или сервиса'],
  [/^a certificate of a device$/, 'сертификат устройства'],
  [/^a certificate that is issued anew$/, 'заново выпущенный сертификат'],
  [/^a certificate valid at (\S+), the time of the hub's clock$/, 'сертификат, который действует в $1 по часам хаба'],
  [/^a certificate whose fingerprint is in the registry$/, 'сертификат, отпечаток которого есть в реестре'],
  [/^the newest certificate of the same device or service$/, 'новейший сертификат того же устройства или сервиса'],
  [/^the certificate (\S+) of device (\S+)$/, 'сертификат $1 устройства $2'],
  [/^the certificate (\S+) of service (\S+)$/, 'сертификат $1 сервиса $2'],
  [/^an administrator$/, 'администратор'],
  [/^device (\S+) in the state active$/, 'действующее устройство $1'],
  [/^service (\S+) in the state active$/, 'действующий сервис $1'],
  [/^CN=/, 'CN='],
  [/^a name other than (.+)$/, 'любое имя, кроме $1'],
  [/^the user name (.+)$/, 'имя пользователя $1'],
  [/^the id as user name, and a token of it as password$/, 'id как имя пользователя, его токен как пароль'],
  [/^the right password, a minute later$/, 'верный пароль минутой позже'],
  [/^a token, or a certificate$/, 'токен или сертификат'],
  [/^a token that has not expired$/, 'токен, который не истёк'],
  [/^a token that was not revoked$/, 'токен, который не отозван'],
  [/^a token that signet token list shows as good$/, 'токен, который signet token list показывает действующим'],
  [
    /^a token named (.+), of the role (\S+) or one that it includes$/,
    'токен с именем $1 и ролью $2 или той, что в неё входит',
  ],
  [/^the header (.+)$/, 'заголовок $1'],
  [/^client id (.+) or (.+)$/, 'client id $1 или $2'],
  [/^no CONNECT before (\S+)$/, 'CONNECT не раньше $1'],
  [/^a CONNECT within (\d+) s$/, 'CONNECT не позже чем через $1 с'],
  [/^a CONNECT of at most (\d+) bytes$/, 'CONNECT не больше $1 Б'],
  [/^an MQTT 3\.1\.1 CONNECT as the first packet$/, 'CONNECT по MQTT 3.1.1 первым пакетом'],
  [/^an MQTT 3\.1\.1 CONNECT without TLS$/, 'CONNECT по MQTT 3.1.1 без TLS'],
  [/^an MQTT 3\.1\.1 CONNECT$/, 'CONNECT по MQTT 3.1.1'],
  [/^packets as MQTT 3\.1\.1 has them$/, 'пакеты по MQTT 3.1.1'],
  [/^MQTT in binary WebSocket frames$/, 'MQTT в двоичных кадрах WebSocket'],
  [/^HTTP, or MQTT over WebSocket at \/mqtt$/, 'HTTP или MQTT через WebSocket по пути /mqtt'],
  [/^the hub, or one of mqtt\.allowed_origins$/, 'адрес самого хаба или из mqtt.allowed_origins'],
  [/^a topic that a policy of this identity allows$/, 'топик, который разрешён политикой'],
  [/^a topic filter that a policy of this identity allows$/, 'фильтр топиков, который разрешён политикой'],
  [/^at most (\d+) by (\S+)$/, 'не больше $1 ($2)'],
  [/^a handshake within (\d+) s$/, 'TLS не дольше $1 с'],
  [/^a clock between (\S+) and (\S+)$/, 'часы между $1 и $2'],
  [/^a client that trusts (.+)$/, 'клиент, который доверяет $1'],
  [/^one of the names (.+)$/, 'одно из имён $1'],
  [/^TLS 1\.2 or TLS 1\.3$/, 'TLS 1.2 или TLS 1.3'],
  [/^TLS 1\.3, or an ECDHE cipher suite with .+$/, 'TLS 1.3 или набор шифров TLS 1.2: ECDHE с AES-GCM или ChaCha20'],
  [/^the ALPN protocol http\/1\.1 on .+$/, 'протокол ALPN http/1.1 на порту HTTPS, никакой или любой на порту MQTT'],
  [/^the extendedKeyUsage (.+)$/, 'extendedKeyUsage $1'],
  [/^cert_pem = "\$\{cert_pem\}" in the body, from EMQX (\S+) or newer$/, 'cert_pem в теле запроса, EMQX $1 или новее'],
  [/^(\w+) or (\w+) or (\w+)$/, '$1, $2 или $3'],
  [/^(\w+) or (\w+)$/, '$1 или $2'],
]
