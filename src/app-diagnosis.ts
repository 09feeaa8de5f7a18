import { X509Certificate } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ReadinessCheck } from './api/ports.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { mqttAuthMode } from './config-auth.ts'
import { findAuthority, judgeChain } from './edge/chain-verdict.ts'
import type { EventFeed } from './events.ts'
import type { Device } from './registry/device.ts'
import { type CertificateVerdict, createCertificateVerdicts } from './registry/diagnosis/certificate-verdict.ts'
import { createCheckup } from './registry/diagnosis/checkup.ts'
import { createDiary, type Diary } from './registry/diagnosis/diary.ts'
import { createExamination, type Examined } from './registry/diagnosis/examination.ts'
import type { Finding } from './registry/diagnosis/finding.ts'
import { recordEvents } from './registry/diagnosis/recent-events.ts'
import { judgeTopic, type TopicQuestion, type TopicVerdict } from './registry/diagnosis/topic-verdict.ts'
import { createExpectations } from './registry/expectations.ts'
import type { LastSeen } from './registry/last-seen.ts'
import type { Registry, Stores } from './registry/registry.ts'

export interface DiagnosisParts {
  readonly stores: Stores
  readonly registry: Pick<Registry, 'access' | 'admissions' | 'logins' | 'refusals'>
  readonly broker: Pick<MqttBroker, 'sessions'>
  readonly pki: Pki
  readonly events: EventFeed
  readonly readiness: readonly ReadinessCheck[]
  readonly lastSeen: LastSeen
  /** None of a hub in memory. */
  readonly databaseFile: string | undefined
  readonly ports: { readonly mqtt: number; readonly api: number; readonly plainMqtt: number | undefined }
  readonly clock: Clock
}

/** What an operator asks when something does not connect. */
export interface Diagnosis {
  readonly diary: Diary
  checkHub(): Promise<readonly Finding[]>
  examine(examined: Examined): readonly Finding[]
  judgeCertificate(text: string): CertificateVerdict
  judgeTopic(device: Pick<Device, 'id' | 'userId'>, question: TopicQuestion): TopicVerdict
}

export function createDiagnosis(config: Config, parts: DiagnosisParts): Diagnosis {
  const { stores, registry, broker, pki, events, readiness, lastSeen, databaseFile, ports, clock } = parts
  const { certificates, transaction } = stores
  const { https } = pki
  const recent = recordEvents(events, clock)
  const diary = createDiary({ recent, refusals: registry.refusals, certificates, lastSeen, clock })
  return {
    diary,
    checkHub: createCheckup({
      readiness,
      get ca() {
        return describe(pki.authority.certificate)
      },
      server() {
        const { certificatePem, names } = https.served.identity
        return { ...describe(new X509Certificate(certificatePem)), names }
      },
      get publicHost() {
        return config.public_host
      },
      disk: () => (databaseFile === undefined ? undefined : readDisk(dirname(databaseFile))),
      listeners: () => [
        `MQTTS ${ports.mqtt}`,
        ...(config.mqtt.plain.host === undefined ? [] : [`MQTT ${ports.plainMqtt}`]),
        `HTTPS ${ports.api}`,
      ],
      refusals: registry.refusals,
      clock,
    }),
    examine: createExamination({
      certificates,
      diary,
      sessionsOf: (kind, id) => broker.sessions.listOf(kind, id),
      otherwiseLetIn: (kind, id) => registry.logins.thatLetIn(kind, id),
      clock,
    }),
    judgeTopic: ({ id, userId }, question) =>
      judgeTopic(registry.access.policyOf({ kind: 'device', id, userId }), question),
    judgeCertificate: createCertificateVerdicts({
      admissions: registry.admissions,
      judgeChain: (certificate) => judgeChain(certificate, pki.clientTrust.authorities),
      authorityOf: (certificate) => findAuthority(certificate, pki.clientTrust.authorities)?.fingerprint256,
      certificates,
      transaction,
      get expectations() {
        return createExpectations(pki.authority.certificate.subject)
      },
      get mode() {
        return mqttAuthMode(config)
      },
      get caFingerprint() {
        return pki.authority.fingerprint
      },
      clock,
    }),
  }
}

function describe({ subject, validFrom, validTo }: X509Certificate) {
  return { subject: subject.replaceAll('\n', ', '), notBefore: new Date(validFrom), notAfter: new Date(validTo) }
}

/** Octets of the disk that the folder is on. */
export function readDisk(folder: string): { readonly free: number; readonly total: number } {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { free: bavail * bsize, total: blocks * bsize }
}
