import type { BrokerAddress, HttpsIdentity, WebSocketOffer } from './api/ports.ts'
import type { Pki } from './app-pki.ts'
import type { Ports } from './app-ports.ts'
import { SUB_PROTOCOLS } from './broker/websocket/websocket-door.ts'
import type { Config } from './config.ts'

/** What HTTPS is reached by at the moment. */
export function httpsIdentity(config: Config, pki: Pick<Pki, 'https'>, ports: Readonly<Ports>): HttpsIdentity {
  return {
    serverNames: () => pki.https.served.identity.names,
    get publicHost() {
      return config.public_host
    },
    get httpsPort() {
      return ports.api
    },
  }
}

/** Where devices find the broker at the moment. */
export function brokerAddress(config: Config, ports: Readonly<Ports>): BrokerAddress {
  return {
    get brokerHost() {
      return config.public_host ?? 'localhost'
    },
    get mqttPort() {
      return ports.mqtt
    },
  }
}

/** What a WebSocket is given to at the moment. */
export function webSocketOffer(config: Config): WebSocketOffer {
  return {
    subProtocols: SUB_PROTOCOLS,
    get allowedOrigins() {
      return config.mqtt.allowed_origins
    },
  }
}
