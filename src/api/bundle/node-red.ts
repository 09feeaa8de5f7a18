import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** A flow to import; `folder` is that of the bundle, which the reader puts into /data, where Node-RED's container keeps its files. */
export function nodeRedFlow(access: DeviceAccess, folder: string): string {
  const { deviceId, host, port } = access
  const root = topicRoot(access)
  const path = (file: string): string => `/data/${folder}/${file}`
  const flow = [
    { id: 'signet-tab', type: 'tab', label: `Signet: ${deviceId}` },
    {
      id: 'signet-tls',
      type: 'tls-config',
      name: deviceId,
      cert: path(PEM_FILES.certificate),
      key: path(PEM_FILES.key),
      ca: path(PEM_FILES.ca),
      certname: '',
      keyname: '',
      caname: '',
      servername: '',
      verifyservercert: true,
    },
    {
      id: 'signet-broker',
      type: 'mqtt-broker',
      name: 'Signet',
      broker: host,
      port: String(port),
      tls: 'signet-tls',
      usetls: true,
      clientid: deviceId,
      protocolVersion: '4',
      keepalive: '60',
      cleansession: true,
    },
    {
      id: 'signet-inject',
      type: 'inject',
      z: 'signet-tab',
      name: 'measure',
      props: [{ p: 'payload' }],
      payload: '{"temperature":21.5}',
      payloadType: 'json',
      x: 150,
      y: 80,
      wires: [['signet-out']],
    },
    {
      id: 'signet-out',
      type: 'mqtt out',
      z: 'signet-tab',
      name: 'telemetry',
      topic: `${root}/telemetry`,
      qos: '1',
      retain: 'false',
      broker: 'signet-broker',
      x: 350,
      y: 80,
      wires: [],
    },
    {
      id: 'signet-in',
      type: 'mqtt in',
      z: 'signet-tab',
      name: 'commands',
      topic: `${root}/commands/#`,
      qos: '1',
      datatype: 'auto-detect',
      broker: 'signet-broker',
      x: 150,
      y: 160,
      wires: [['signet-debug']],
    },
    {
      id: 'signet-debug',
      type: 'debug',
      z: 'signet-tab',
      name: 'show',
      complete: 'payload',
      x: 350,
      y: 160,
      wires: [],
    },
  ]
  return `${JSON.stringify(flow, null, 2)}\n`
}
