import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

export function readmeRussian(access: DeviceAccess, notAfter: string): string {
  const { deviceId, userId, host, port } = access
  const root = topicRoot(access)
  return `# ${deviceId}

Всё, что нужно этому устройству для подключения к хабу Signet.

| | |
| --- | --- |
| Адрес, порт | \`${host}\`, ${port}: MQTT 3.1.1 поверх TLS 1.2 или 1.3 |
| Client id | \`${deviceId}\`; для второго соединения \`${deviceId}:\` и любое продолжение |
| Топики | всё внутри \`${root}/\` |
| Владелец | ${userId} |
| Сертификат | действует до ${notAfter} |

| файл | что это |
| --- | --- |
| \`${PEM_FILES.key}\` | закрытый ключ. **Это его единственная копия**: у хаба её нет. Кто владеет ключом, тот и есть это устройство; не пересылайте его почтой и не кладите в репозиторий |
| \`${PEM_FILES.certificate}\` | сертификат к этому ключу |
| \`${PEM_FILES.ca}\` | им устройство проверяет хаб |

## Проверка

| | |
| --- | --- |
| shell | \`sh mosquitto.sh\` |
| Node.js | \`npm install mqtt\`, \`node client.mjs\` |
| Python | \`pip install paho-mqtt\`, \`python3 client.py\` |
| ESP-IDF 5 | \`cd esp-idf\`, \`idf.py menuconfig\` (Wi-Fi), \`idf.py flash monitor\` |
| Arduino, ESP32 | откройте \`arduino/arduino.ino\`; куда положить файлы .pem, сказано в его первых строках |
| Node-RED | положите эту папку в \`/data\` (или исправьте три пути), импортируйте \`node-red.json\` |
| Home Assistant | что куда вписать, сказано в \`home-assistant.yaml\` |

Каждый пример отправляет \`{"temperature":21.5}\` в \`${root}/telemetry\` и показывает то, что приходит внутри \`${root}/commands/\`.

## Не подключается

- Часы устройства должны идти верно: у сертификатов есть сроки.
- Устройство должно обращаться к хабу по имени \`${host}\`: другое имя отвергнет само устройство.
- Спросите администратора: причину отказа хаб записал (\`signet doctor ${deviceId}\`).
- Ключ увидел кто-то ещё: сообщите администратору, он отзовёт его сразу.
`
}
