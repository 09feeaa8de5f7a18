import type { RefusalCause } from '../../refusal.ts'

/** What mends each refusal; the English sentence is the hub's own. Settings, commands and names in it are the same there. */
export const MENDS_RUSSIAN: Readonly<Record<RefusalCause, string>> = {
  address_not_allowed:
    'Адрес не входит в сети, которым сюда можно: добавьте его сеть в api.allow или в mqtt.plain.allow; устройство может подключиться и по TLS.',
  address_over_limit:
    'С этого адреса подключаются чаще или держат больше соединений, чем разрешает limits.*_per_address: найдите клиента, который зациклился, или поднимите предел. Парк за одним адресом, вернувшийся разом, войдёт постепенно.',
  alpn_unknown:
    'Ни один из протоколов, которые клиент предлагает в ALPN, на этом порту не работает: пусть предлагает mqtt для MQTT, http/1.1 для HTTPS или ничего.',
  api_closed:
    'В режиме https_only API отдаёт только открытые документы и проверки состояния: работайте из командной строки на машине хаба или задайте api.auth другой режим.',
  banned:
    'Администратор временно не впускает этого клиента: до какого времени, покажет signet ban list; снять запрет: signet ban lift ID.',
  body_invalid: 'Запрос не такой, как описано в /openapi.json: какое поле неверно, сказано в ответе.',
  certificate_exists:
    'У устройства уже есть действующий сертификат: отзовите его или разрешите замену в запросе или токене регистрации (onExisting).',
  certificate_expired:
    'По часам хаба срок сертификата (notAfter) прошёл: выпустите новый (signet device add ID или admin-cert create NAME) и проверьте часы с обеих сторон.',
  certificate_held:
    'Сертификат приостановлен: signet certificate unhold FINGERPRINT снова впустит владельца, signet device revoke ID отзовёт навсегда.',
  certificate_kind_wrong:
    'Сертификаты этого вида здесь не принимаются: MQTT принимает сертификаты устройств и сервисов, API — администраторов (signet admin-cert create NAME).',
  certificate_missing:
    'Клиент не прислал сертификат: укажите ему сертификат и ключ (mosquitto, curl и signet: --cert и --key). Для API их создаст signet admin-cert create NAME; по обычному HTTP предъявить их нельзя.',
  certificate_not_yet_valid:
    'По часам хаба срок сертификата (notBefore) ещё не начался: поправьте часы машины, которая его выпустила, или часы хаба.',
  certificate_pending:
    'Сертификат подписан нашим ЦС и ждёт вашего решения: signet certificate list --state pending, затем signet certificate approve FINGERPRINT или reject.',
  certificate_revoked:
    'Сертификат отозван: выпустите новый (signet device add ID или admin-cert create NAME) и установите его.',
  certificate_signature_invalid: 'Издателем назван наш ЦС, но подпись сделана не его ключом: считайте это подделкой.',
  certificate_superseded: 'У владельца есть более новый сертификат: установите его.',
  certificate_unknown:
    'Сертификат подписан нашим ЦС, но в реестре его нет: внесите его в реестр или выпустите новый (signet device add ID или admin-cert create NAME).',
  chain_invalid: 'Цепочка сертификата не приводит к нашему ЦС: выпустите новый (signet device add ID).',
  cipher_not_shared:
    'У клиента и хаба нет общего набора шифров, группы или алгоритма подписи: обновите TLS-библиотеку клиента или разрешите в ней ECDHE с AES-GCM.',
  claim_closed:
    'Ссылка уже использована или истекла: узнайте, кто ею воспользовался (signet device show ID), и создайте новую (signet device claim ID).',
  claim_over_limit:
    'С этого адреса пришло слишком много неверных ссылок: кто-то подбирает или страница повторяет запрос; через минуту адрес снова впустят.',
  claim_unknown:
    'Открытой ссылки с таким секретом нет: она обрезана при копировании или её заменила новая (создать ещё: signet device claim ID).',
  client_clock_wrong:
    'Для клиента срок сертификата хаба прошёл: поставьте клиенту верное время (NTP) и проверьте через signet doctor, что сертификат хаба не истёк.',
  client_id_held: 'Этот client id занят другим: используйте свой id или <id>:<suffix>.',
  client_id_missing: 'Для сессии, которая хранится (clean session 0), нужен client id: задайте в нём id устройства.',
  client_id_wrong:
    'Это чужой client id: используйте свой id, <id>:<suffix> или запишите его через PATCH /api/devices/ID {"clientIds": [...]}.',
  common_name_wrong:
    'В имени субъекта должен быть ровно один CN, равный id в реестре: выпустите новый сертификат (signet device add ID).',
  connect_invalid: 'Первый пакет не MQTT CONNECT: проверьте, что клиент говорит на этом порту по MQTT 3.1.1 через TLS.',
  connect_timeout:
    'За limits.connect_seconds после установки TLS пакет CONNECT не пришёл целиком: проверьте клиента или сеть.',
  connect_too_large:
    'Пакет CONNECT больше, чем limits.connect_bytes: сократите завещание, имя или пароль либо поднимите предел.',
  console_session_invalid: 'Вход в консоль истёк или был завершён: войдите снова (ссылку создаст signet console-link).',
  credential_missing:
    'Клиент не предъявил ни сертификата, ни токена: укажите ему сертификат и ключ или токен (MQTT: id как имя, токен как пароль; API: "Authorization: Bearer <token>").',
  credentials_differ:
    'Сертификат и токен принадлежат разным владельцам: дайте клиенту токен, созданный для id из его сертификата; для API — токен с именем и ролью этого администратора.',
  cross_origin:
    'Чужая веб-страница вызвала API из браузера, а он предъявил сертификат или вход того, кто за ним сидит: вызывайте из консоли, из программы или с токеном.',
  csr_invalid: 'Это не PKCS#10 или запрос подписан не своим ключом: создайте новый командой openssl req -new -key KEY.',
  emqx_body_empty:
    'EMQX не передаёт сертификат: задайте его HTTP-аутентификатору тело { clientid = "${clientid}", username = "${username}", cert_common_name = "${cert_common_name}", cert_subject = "${cert_subject}", cert_pem = "${cert_pem}" }.',
  emqx_body_invalid:
    'Запрос EMQX не читается: аутентификатор и авторизатор должны слать объект JSON или форму из строк, не больше 1 MiB, как печатает signet emqx-config.',
  emqx_client_unknown:
    'EMQX спрашивает о клиенте, которого нет среди устройств и сервисов: зарегистрируйте его, и пусть авторизатор шлёт clientid и cert_common_name (signet emqx-config).',
  enrolment_id_wrong:
    'Токен регистрации выдан для других id: дайте устройству токен, который охватывает его id (signet enrolment-token create ID), или укажите этот id как имя пользователя.',
  enrolment_rejected:
    'Администратор отклонил эту заявку: если по ошибке, пусть устройство создаст новый ключ и попросит снова.',
  enrolment_token_ended:
    'Токен регистрации исчерпан, истёк, отозван или выдан до отзыва сертификатов этого устройства: создайте новый (signet enrolment-token create ID).',
  enrolment_token_invalid:
    'Устройство предъявило для регистрации не действующий токен: имя пользователя — его id, пароль — токен (signet enrolment-token create ID).',
  flapping:
    'За limits.flapping_window устройство потеряло или получило отказ limits.flapping_connects раз: узнайте почему и нет ли двух устройств с одним client id. Возобновление, новый сертификат или signet ban lift ID сразу снимают запрет.',
  handshake_abandoned:
    'Клиент увидел сертификат хаба и молча ушёл, как делают Node и MQTT.js, если имени в нём нет: подключайтесь по имени из сертификата или добавьте имя в tls.server_names либо public_host. Если ушли многие сразу, хаб не успевал отвечать.',
  handshake_failed:
    'TLS-соединение не установлено: проверьте, что клиент работает на этом порту по TLS 1.2 или 1.3 и доверяет ca-cert.pem.',
  handshake_timeout: 'TLS-соединение не установлено за limits.handshake_seconds: проверьте клиента или сеть.',
  http_invalid: 'Это не HTTP/1.1: проверьте, к какому порту подключается клиент и на каком протоколе говорит.',
  http_on_mqtt_port: 'Клиент говорит по HTTP на порту MQTT: подключите его к порту API (api.port).',
  http_without_tls: 'Клиент говорит по HTTP без TLS на порту с TLS: используйте https:// и порт API (api.port).',
  hub_over_limit: 'Хаб достиг limits.connections или limits.half_open: узнайте, кто их занял, или поднимите предел.',
  identity_suspended: 'Устройство или сервис приостановлены: signet device resume ID впустит снова.',
  issuer_unknown:
    'Сертификат подписан другим ЦС: выпустите новый здесь (signet device add ID или admin-cert create NAME) и установите его.',
  key_compromised:
    'Ключ скомпрометирован, его сертификат отозван по этой причине: пусть устройство создаст новый ключ; узнайте, у кого ещё остался старый.',
  key_in_use:
    'С этим ключом есть или был сертификат у другого: пусть каждое устройство создаст свой ключ; узнайте, как он стал общим.',
  key_not_allowed:
    'Ключ в запросе слишком слабый или другого вида: нужен RSA от 2048 бит, EC (P-256, P-384) или Ed25519.',
  legacy_password_ended:
    'Срок импортированного пароля вышел: дайте устройству токен (signet device token create ID) или сертификат.',
  login_invalid:
    'К этому имени и паролю не подходит ни токен, ни импортированный пароль: создайте токен (signet device token create ID), имя — id, пароль — токен.',
  login_missing: 'Клиент не прислал имя и пароль: имя — его id, пароль — его токен (signet device token create ID).',
  login_over_limit:
    'С этого адреса пришло слишком много неверных паролей, или они ждут проверки: исправьте пароль клиента и повторите через минуту.',
  mqtt_on_https_port:
    'Клиент говорит по MQTT на порту API: подключите его к mqtt.port по TLS или через WebSocket к /mqtt.',
  name_taken:
    'ЦС другой организации подтвердил имя, которое уже есть у устройства этого хаба: пусть тот ЦС использует другой CN или внесите сертификат по отпечатку (signet import).',
  origin_not_allowed:
    'WebSocket запросила веб-страница с чужого адреса: если страница ваша, добавьте её адрес в mqtt.allowed_origins.',
  packet_invalid: 'Клиент нарушил протокол MQTT и был отключён: проверьте его библиотеку и её версию.',
  packet_too_large: 'Пакет больше, чем limits.packet_bytes: шлите сообщения меньше или поднимите предел.',
  profile_violation:
    'Запрошенный сертификат не разрешён профилем: что ожидалось, сказано в ответе; см. profiles в настройках.',
  protocol_version_unsupported:
    'Версия MQTT у клиента не 3.1 и не 3.1.1: задайте 3.1.1 (mosquitto: -V mqttv311; MQTT.js: protocolVersion 4; paho: MQTTv311).',
  proxy_header_invalid:
    'Прокси из server.proxy_protocol_from прислал заголовок PROXY с ошибкой или не для TCP: проверьте его версию и настройки (HAProxy: send-proxy или send-proxy-v2).',
  proxy_header_missing:
    'Прокси из server.proxy_protocol_from не начал с заголовка PROXY: пусть шлёт его (HAProxy: send-proxy-v2 и check-send-proxy в строке server) или уберите его адрес из списка.',
  proxy_header_unexpected:
    'Заголовок PROXY пришёл с адреса не из server.proxy_protocol_from или вслед за другим: если прокси ваш, добавьте его туда; прочим не верьте.',
  publish_denied:
    'Ни одна политика не разрешает эту публикацию: посмотрите политики или публикуйте внутри users/<user>/devices/<device>/.',
  purpose_wrong: 'Сертификат не для клиентов (нет extendedKeyUsage clientAuth): возьмите сертификат устройства.',
  renewal_for_another:
    'Клиент просил по MQTT сертификат за другое устройство: пусть каждое само публикует certificate/request; узнайте, кто туда публикует.',
  renewal_too_early:
    'До конца срока сертификата ещё далеко: пусть устройство ждёт времени, названного в ответе, или измените ca.renew_before.',
  request_name_wrong:
    'В запросе на сертификат другой CN, чем id, от имени которого просят: укажите id устройства и в CN, и в имени пользователя.',
  role_too_small:
    'Роль не позволяет этот вызов: возьмите токен или сертификат с большей ролью (signet token create NAME --role ROLE, signet admin-cert create NAME --role ROLE).',
  server_certificate_rejected:
    'Клиент не доверяет сертификату хаба: установите ему ca-cert.pem. Если он уже стоит, подключайтесь по имени из сертификата (tls.server_names, public_host) и поставьте клиенту верное время.',
  server_name_wrong:
    'Имени, по которому подключился клиент, нет в сертификате хаба, или часы клиента отстают (notBefore): подключайтесь по имени из сертификата, добавьте имя в tls.server_names или public_host, поставьте клиенту верное время.',
  sign_in_link_closed:
    'Ссылка для входа уже использована или истекла: узнайте, кто ею воспользовался (signet audit list), и создайте новую (signet console-link или invite NAME).',
  sign_in_link_unknown:
    'Ссылки для входа с таким секретом нет: она обрезана при копировании или давно истекла (новую создаст signet console-link).',
  sign_in_over_limit:
    'С этого адреса слишком много неудачных попыток входа: кто-то подбирает или страница повторяет запрос; через минуту адрес снова впустят.',
  storage_unavailable:
    'Хаб не смог сохранить сообщение, сессию или завещание и не подтвердил приём: смотрите журнал и /readyz, освободите место на диске data_dir.',
  store_full:
    'Ожидающие сообщения заняли весь limits.store_bytes: узнайте, какие сессии их не забирают, закройте эти сессии или поднимите предел.',
  sub_protocol_missing:
    'Клиент не предлагает подпротокол WebSocket, по которому идёт MQTT: задайте mqtt (MQTT.js и paho делают это сами).',
  subscribe_denied:
    'Ни одна политика не разрешает весь этот фильтр топиков: подпишитесь на меньшее или расширьте политику.',
  subscriptions_over_limit:
    'В сессии уже limits.subscriptions подписок: отпишитесь от лишнего, возьмите фильтр шире или поднимите предел.',
  tls_missing:
    'Клиент говорит без TLS на порту с TLS: укажите ему ЦС (mosquitto: --cafile ca-cert.pem; MQTT.js: mqtts://) или откройте для старых устройств mqtt.plain.',
  tls_on_plain_port: 'Клиент говорит по TLS на порту MQTT без TLS: подключите его к mqtt.port.',
  tls_version_unsupported:
    'Клиент не умеет ни TLS 1.2, ни 1.3: обновите его TLS-библиотеку или разрешите в ней TLS 1.2.',
  token_expired: 'Токен устройства или сервиса истёк: создайте новый (signet device token create ID).',
  token_invalid: 'Токен неизвестен, истёк или отозван: создайте новый (signet token create NAME --role ROLE).',
  token_missing: 'Для вызова нужен "Authorization: Bearer <token>": первый токен лежит в data/admin-token.',
  token_revoked:
    'Токен устройства или сервиса отозван или заменён другим: создайте новый (signet device token create ID).',
  user_name_wrong: 'Токен создан для другого id: укажите как имя id устройства или сервиса, которому он принадлежит.',
  websocket_invalid:
    'Клиент нарушил протокол WebSocket или шлёт текстовые кадры: MQTT идёт в двоичных (MQTT 3.1.1 §6); проверьте его библиотеку.',
  will_denied: 'Ни одна политика не разрешает публиковать в топик завещания: посмотрите политики.',
}
