import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

export function readmeEnglish(access: DeviceAccess, notAfter: string): string {
  const { deviceId, userId, host, port } = access
  const root = topicRoot(access)
  return `# ${deviceId}

All that this device needs to connect to its Signet hub.

| | |
| --- | --- |
| Host, port | \`${host}\`, ${port}: MQTT 3.1.1 over TLS 1.2 or 1.3 |
| Client id | \`${deviceId}\`, or \`${deviceId}:\` and anything behind it for a second connection |
| Topics | everything under \`${root}/\` |
| Owner | ${userId} |
| Certificate | ends on ${notAfter} |

| file | what it is |
| --- | --- |
| \`${PEM_FILES.key}\` | the private key. **This is its only copy**: the hub has kept none. Who has it is this device; keep it readable for nobody else, and out of every mail and repository |
| \`${PEM_FILES.certificate}\` | the certificate that goes with it |
| \`${PEM_FILES.ca}\` | what the device verifies the hub with |

## Try it

| | |
| --- | --- |
| shell | \`sh mosquitto.sh\` |
| Node.js | \`npm install mqtt\`, \`node client.mjs\` |
| Python | \`pip install paho-mqtt\`, \`python3 client.py\` |
| ESP-IDF 5 | \`cd esp-idf\`, \`idf.py menuconfig\` (Wi-Fi), \`idf.py flash monitor\` |
| Arduino, ESP32 | open \`arduino/arduino.ino\`; its first lines say where the .pem files go |
| Node-RED | put this folder into \`/data\` (or correct the three paths), import \`node-red.json\` |
| Home Assistant | \`home-assistant.yaml\` says what goes where |

Each sends \`{"temperature":21.5}\` to \`${root}/telemetry\` and shows what comes under \`${root}/commands/\`.

## It does not connect

- The clock of the device must be right: certificates have dates.
- The device must reach the hub by the name \`${host}\`: another name is refused by the device itself.
- Ask your administrator: the hub has written down why it refused (\`signet doctor ${deviceId}\`).
- The key was seen by somebody else: tell your administrator, who revokes it at once.
`
}
