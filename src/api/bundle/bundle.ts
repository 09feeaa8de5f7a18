import { zipSync } from 'fflate'
import type { IssuedCertificate } from '../../registry/issuance.ts'
import { fileNameOf, type HandedFile } from '../hand-over/handed-file.ts'
import { arduinoSketch } from './arduino.ts'
import { type DeviceAccess, PEM_FILES } from './device-access.ts'
import { ESP_IDF_COMPONENT, ESP_IDF_DEPENDENCIES, ESP_IDF_PROJECT, espIdfMain } from './esp-idf.ts'
import { homeAssistantYaml } from './home-assistant.ts'
import { mosquittoScript } from './mosquitto.ts'
import { mqttJsScript } from './mqtt-js.ts'
import { nodeRedFlow } from './node-red.ts'
import { pahoScript } from './paho.ts'
import { readmeEnglish } from './readme-en.ts'
import { readmeRussian } from './readme-ru.ts'

/** All that a device needs to connect, with examples that hold its names: a zip archive of one folder. */
export function createBundle(issued: IssuedCertificate, access: DeviceAccess): HandedFile {
  const folder = fileNameOf(access.deviceId)
  const { notAfter, createdAt } = issued.certificate
  const entries = listEntries(issued, access, folder).map(([name, text, mode]) => [
    `${folder}/${name}`,
    [Buffer.from(text), { os: UNIX, attrs: (REGULAR_FILE | mode) * 2 ** 16, mtime: createdAt }],
  ])
  const octets = zipSync(Object.fromEntries(entries))
  return { name: `${folder}.zip`, type: 'application/zip', octets }

  function listEntries(
    { certificate, privateKeyPem, caCertificatePem }: IssuedCertificate,
    device: DeviceAccess,
    name: string,
  ): readonly Entry[] {
    const ends = notAfter.toISOString().slice(0, 10)
    return [
      ['README.md', readmeEnglish(device, ends), READABLE],
      ['README.ru.md', readmeRussian(device, ends), READABLE],
      [PEM_FILES.ca, caCertificatePem, READABLE],
      [PEM_FILES.certificate, certificate.pem, READABLE],
      [PEM_FILES.key, privateKeyPem, SECRET],
      ['mosquitto.sh', mosquittoScript(device), RUNNABLE],
      ['client.mjs', mqttJsScript(device), READABLE],
      ['client.py', pahoScript(device), READABLE],
      ['node-red.json', nodeRedFlow(device, name), READABLE],
      ['home-assistant.yaml', homeAssistantYaml(device), READABLE],
      ['arduino/arduino.ino', arduinoSketch(device), READABLE],
      ['esp-idf/CMakeLists.txt', ESP_IDF_PROJECT, READABLE],
      ['esp-idf/main/CMakeLists.txt', ESP_IDF_COMPONENT, READABLE],
      ['esp-idf/main/idf_component.yml', ESP_IDF_DEPENDENCIES, READABLE],
      ['esp-idf/main/main.c', espIdfMain(device), READABLE],
    ]
  }
}

type Entry = readonly [name: string, text: string, mode: number]

// APPNOTE.TXT §4.4.2, §4.4.15: made on Unix, whose mode stands in the upper half of the external attributes
const UNIX = 3
const REGULAR_FILE = 0o100000
const READABLE = 0o644
const RUNNABLE = 0o755
const SECRET = 0o600
