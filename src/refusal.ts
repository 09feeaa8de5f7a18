import { DomainError } from './errors.ts'

/** Where somebody was refused. */
export type Surface = 'mqtt' | 'mqtts' | 'wss' | 'https' | 'http' | 'socket' | 'emqx'

/** Every cause of a refusal with what mends it. The keys are part of the API. */
export const REFUSAL_MENDS = {
  address_not_allowed:
    'This address is outside the networks that may come here: add its network to api.allow, or to mqtt.plain.allow; a device may connect with TLS instead.',
  address_over_limit:
    'This address opens connections faster, or holds more of them, than limits.*_per_address allow: find the client that loops, or raise the limit. A fleet behind one address that comes back all at once gets in by and by.',
  alpn_unknown:
    'The client offers by ALPN none of the protocols that this port speaks: let it offer mqtt for MQTT, http/1.1 for HTTPS, or none at all.',
  api_closed:
    'In the mode https_only the API serves public documents and health alone: use the command line on the machine of the hub, or set api.auth to another mode.',
  banned:
    'An administrator has banned this client for a while: signet ban list shows until when, signet ban lift ID ends it.',
  body_invalid: 'The request is not what the API description at /openapi.json asks for: see the answer for the field.',
  certificate_exists:
    'The device has an active certificate already: revoke it, or let the request or its enrolment token replace it (onExisting).',
  certificate_expired:
    "The certificate is past its notAfter by the hub's clock: issue a new one (signet device add ID, or admin-cert create NAME), and check both clocks.",
  certificate_held:
    'The certificate is on hold: signet certificate unhold FINGERPRINT lets its holder in again, signet device revoke ID ends it for good.',
  certificate_kind_wrong:
    'A certificate of this kind is not accepted here: MQTT takes those of devices and services, the API those of administrators (signet admin-cert create NAME).',
  certificate_missing:
    'The client sent no certificate: configure its certificate and key (mosquitto, curl and signet: --cert and --key); for the API signet admin-cert create NAME makes them, and plain HTTP cannot show them.',
  certificate_not_yet_valid:
    "The certificate is before its notBefore by the hub's clock: set the clock of the machine that issued it, or the hub's.",
  certificate_pending:
    'Our CA signed this certificate and it waits for your word: signet certificate list --state pending, then signet certificate approve FINGERPRINT, or reject.',
  certificate_revoked:
    'The certificate was revoked: issue a new one (signet device add ID, or admin-cert create NAME) and install it.',
  certificate_signature_invalid:
    "The certificate names our CA as its issuer but was not signed with our CA's key: treat it as a forgery.",
  certificate_superseded: 'A newer certificate of the same owner has taken over: install that one.',
  certificate_unknown:
    'Our CA signed this certificate but the registry does not hold it: register it, or issue a new one (signet device add ID, or admin-cert create NAME).',
  chain_invalid: 'The certificate does not form a valid chain to our CA: issue a new one (signet device add ID).',
  cipher_not_shared:
    'Client and hub share no cipher suite, group or signature algorithm: update the TLS library of the client, or allow ECDHE with AES-GCM in it.',
  claim_closed:
    'The claim link was used already, or has expired: find out who used it (signet device show ID), and make a new one (signet device claim ID).',
  claim_over_limit:
    'Too many claim links from this address were wrong: somebody guesses, or a page asks again and again; it is let in again in a minute.',
  claim_unknown:
    'No open claim has this secret: the link was cut short, or a newer one has taken its place (signet device claim ID makes one).',
  client_clock_wrong:
    "The client finds the hub's certificate expired: set the clock of the client (NTP), and see with signet doctor that the certificate is not.",
  client_id_held: 'This client id is in use by another identity: use the own id, or <id>:<suffix>.',
  client_id_missing: 'A session that is kept (clean session 0) needs a client id: set it to the device id.',
  client_id_wrong:
    'The client id is not this identity\'s: use its id, <id>:<suffix>, or record it with PATCH /api/devices/ID {"clientIds": [...]}.',
  common_name_wrong:
    "The certificate's subject must hold exactly one CN, equal to the registered id: issue a new one (signet device add ID).",
  connect_invalid:
    'The first packet is not a valid MQTT CONNECT: check that the client speaks MQTT 3.1.1 over TLS on this port.',
  connect_timeout:
    'No complete MQTT CONNECT arrived within limits.connect_seconds after the handshake: check the client, or the network.',
  connect_too_large:
    'The CONNECT packet exceeds limits.connect_bytes: shorten will message, user name or password, or raise the limit.',
  console_session_invalid:
    'The session of the console has ended, or was ended: sign in again (signet console-link makes a link).',
  credential_missing:
    'The client showed neither a certificate nor a token: configure its certificate and key, or its token (MQTT: id as user name, token as password; API: "Authorization: Bearer <token>").',
  credentials_differ:
    'Certificate and token belong to two owners: give the client the token that was made for the id in its certificate; on the API, one of the name and role of the administrator.',
  cross_origin:
    'A web page that is not of this hub made a browser call the API, which shows the certificate or session of whoever sits there: call from the console, from a program, or with a token.',
  csr_invalid:
    'The certificate request is no PKCS#10, or not signed with its own key: make a new one with openssl req -new -key KEY.',
  emqx_body_empty:
    'EMQX sends no certificate: give its HTTP authenticator the body { clientid = "${clientid}", username = "${username}", cert_common_name = "${cert_common_name}", cert_subject = "${cert_subject}", cert_pem = "${cert_pem}" }.',
  flapping:
    'The device lost, or was refused, limits.flapping_connects connections within limits.flapping_window: find out why, or whether two devices share its client id; resuming it, issuing a certificate or signet ban lift ID ends the ban at once.',
  emqx_body_invalid:
    'What EMQX sent cannot be read: its authenticator and authoriser send a JSON object or a form of strings, at most 1 MiB, as signet emqx-config prints them.',
  emqx_client_unknown:
    'EMQX asks about a client that is no registered device or service: register it, and let the authoriser send clientid and cert_common_name (signet emqx-config).',
  enrolment_id_wrong:
    'The enrolment token was made for other ids: give the device one that covers its id (signet enrolment-token create ID), or set the user name to the id.',
  enrolment_rejected:
    'An administrator has rejected this enrolment: let the device make a new key and ask again if that was a mistake.',
  enrolment_token_ended:
    'The enrolment token is used up, expired or revoked, or older than the revocation of this device: make a new one (signet enrolment-token create ID).',
  enrolment_token_invalid:
    'What the device showed to enrol is no enrolment token that is in force: its id is the user name, the token the password (signet enrolment-token create ID).',
  handshake_abandoned:
    "The client saw the hub's certificate and left without a word, as Node and MQTT.js do where the name is not in it: connect to a name of the certificate, or add the name to tls.server_names or public_host. Of many at once: the hub was held up, and they had given up when it answered.",
  handshake_failed:
    'The TLS handshake failed: check that the client uses TLS 1.2 or 1.3 on this port and trusts ca-cert.pem.',
  handshake_timeout:
    'The TLS handshake did not finish within limits.handshake_seconds: check the client, or the network.',
  http_invalid: 'What came is not HTTP/1.1: check which port the client connects to, and what it speaks.',
  http_on_mqtt_port: 'The client speaks HTTP on the port of MQTT: connect it to the port of the API (api.port).',
  http_without_tls: 'The client speaks plain HTTP on a port of TLS: use https:// and the port of the API (api.port).',
  hub_over_limit: 'The hub is at limits.connections or limits.half_open: find out who holds them, or raise the limit.',
  identity_suspended: 'This device or service is suspended: signet device resume ID lets it in again.',
  issuer_unknown:
    'The certificate was signed by another CA: issue one here (signet device add ID, or admin-cert create NAME) and install it.',
  mqtt_on_https_port:
    'The client speaks MQTT on the port of the API: connect it to mqtt.port with TLS, or over WebSocket to /mqtt.',
  name_taken:
    'A CA of another organisation has certified a name that a device of this hub has: let that CA use another CN, or register this certificate by its fingerprint (signet import).',
  origin_not_allowed:
    "A web page of an origin that is not the hub's own asked for a WebSocket: add the origin to mqtt.allowed_origins if the page is yours.",
  key_compromised:
    'The key was compromised with a certificate that was revoked for it: let the device make a new key, and find out who still holds the old one.',
  key_in_use:
    'Another identity has, or had, a certificate for this key: let each device make a key of its own, and find out how the two came to share one.',
  key_not_allowed:
    'The key of the certificate request is too weak, or of another kind: use RSA of 2048 bits or more, EC (P-256, P-384) or Ed25519.',
  legacy_password_ended:
    'The imported password is past its end date: give the device a token (signet device token create ID) or a certificate.',
  login_invalid:
    'No token and no imported password fits this user name and password: make a token (signet device token create ID) and set the id as user name, the token as password.',
  login_missing:
    'The client sent no user name with a password: set its id as user name and its token (signet device token create ID) as password.',
  login_over_limit:
    'Too many passwords from this address were wrong, or wait to be checked: correct the password of the client, and try again in a minute.',
  packet_invalid: 'The client broke the MQTT protocol and was disconnected: check its library and version.',
  packet_too_large: 'The packet exceeds limits.packet_bytes: send smaller messages, or raise the limit.',
  profile_violation:
    'The certificate that was asked for is not what its profile allows: the answer says what was expected; see profiles in the configuration.',
  protocol_version_unsupported:
    'The client speaks an MQTT version other than 3.1 and 3.1.1: set it to 3.1.1 (mosquitto: -V mqttv311; MQTT.js: protocolVersion 4; paho: MQTTv311).',
  proxy_header_invalid:
    'A proxy of server.proxy_protocol_from sent a PROXY header that is broken, or not for TCP: check its version and settings (HAProxy: send-proxy or send-proxy-v2).',
  proxy_header_missing:
    'A proxy of server.proxy_protocol_from did not begin with a PROXY header: let it send one (HAProxy: send-proxy-v2 and check-send-proxy on the server line), or take its address out of the list.',
  proxy_header_unexpected:
    'A PROXY header came from an address outside server.proxy_protocol_from, or behind another one: add the proxy there if it is yours, and to nobody else believe it.',
  publish_denied:
    'No policy of this identity allows this publish: see its policies, or publish under users/<user>/devices/<device>/.',
  purpose_wrong:
    'The certificate was not made for clients (extendedKeyUsage clientAuth is missing): use a device certificate.',
  renewal_for_another:
    'A client asked over MQTT for the certificate of a device that it is not: let each device publish its certificate/request itself, and find out who publishes there.',
  renewal_too_early:
    'The certificate is not yet near enough to its end: let the device wait until the time that the answer names, or change ca.renew_before.',
  request_name_wrong:
    'The certificate request names another CN than the id that asks with it: put the id of the device into the CN, and into the user name.',
  role_too_small:
    'The role of the caller does not allow this call: use a token or certificate of a larger role (signet token create NAME --role ROLE, signet admin-cert create NAME --role ROLE).',
  server_name_wrong:
    "The client does not find in the hub's certificate the name it connected to, or its clock is before notBefore: connect to a name of the certificate, add the name to tls.server_names or public_host, and set the clock of the client.",
  server_certificate_rejected:
    "The client does not trust the hub's certificate: install ca-cert.pem as its CA; if it is there, connect to a name the certificate holds (tls.server_names, public_host) and set the clock of the client.",
  store_full:
    'The messages that wait fill limits.store_bytes: find out which sessions do not fetch theirs, end those, or raise the limit.',
  sign_in_link_closed:
    'The sign-in link was used already, or has expired: find out who used it (signet audit list), and make a new one (signet console-link, or invite NAME).',
  sign_in_link_unknown:
    'No sign-in link has this secret: it was cut short, or ended long ago (signet console-link makes a new one).',
  sign_in_over_limit:
    'Too many attempts to sign in from this address were wrong: somebody guesses, or a page asks again and again; it is let in again in a minute.',
  sub_protocol_missing:
    'The client offers no WebSocket sub-protocol that carries MQTT: set it to mqtt (MQTT.js and paho do so by themselves).',
  storage_unavailable:
    'The hub could not keep the message, session or will and did not acknowledge it: see its log and /readyz, and make room on the disk of data_dir.',
  subscribe_denied:
    'No policy of this identity allows this whole topic filter: subscribe to less, or extend the policy.',
  subscriptions_over_limit:
    'The session holds limits.subscriptions subscriptions: unsubscribe, use a wider filter, or raise the limit.',
  tls_missing:
    'The client speaks without TLS on a port of TLS: give it the CA (mosquitto: --cafile ca-cert.pem; MQTT.js: mqtts://), or open mqtt.plain for old devices.',
  tls_on_plain_port: 'The client speaks TLS on the port of MQTT without TLS: connect it to mqtt.port.',
  tls_version_unsupported: 'The client offers only TLS older than 1.2: update its TLS library, or allow TLS 1.2 in it.',
  token_expired: 'The token of this device or service has expired: make a new one (signet device token create ID).',
  token_invalid:
    'The bearer token is unknown, expired or revoked: make a new one (signet token create NAME --role ROLE).',
  token_missing: 'The call needs "Authorization: Bearer <token>": the first token is in data/admin-token.',
  websocket_invalid:
    'The client broke the WebSocket protocol, or sent text frames: MQTT goes in binary ones (MQTT 3.1.1 §6); check its library.',
  token_revoked:
    'The token of this device or service was revoked, or another has taken its place: make a new one (signet device token create ID).',
  user_name_wrong:
    'The token was made for another id: set the user name to the id of the device or service that the token belongs to.',
  will_denied: "No policy of this identity allows publishing to the will's topic: see its policies.",
} as const satisfies Record<string, string>

export type RefusalCause = keyof typeof REFUSAL_MENDS

const DENIALS = [
  'certificate_exists',
  'csr_invalid',
  'enrolment_rejected',
  'enrolment_token_ended',
  'key_compromised',
  'key_in_use',
  'key_not_allowed',
  'profile_violation',
  'renewal_too_early',
  'request_name_wrong',
] as const

/** Under which cause a "no" to a request for a certificate is recorded; none for what is no refusal. */
export function denialOf(error: unknown): RefusalCause | undefined {
  return error instanceof DomainError ? DENIALS.find((cause) => cause === error.code) : undefined
}

/** What may be told of what a peer showed; the console has a word for each. */
export type PresentedName =
  | 'administrator'
  | 'clientId'
  | 'commonName'
  | 'error'
  | 'fingerprint'
  | 'identity'
  | 'issuer'
  | 'keyOf'
  | 'notAfter'
  | 'notBefore'
  | 'origin'
  | 'role'
  | 'serialNumber'
  | 'sessionId'
  | 'sessionName'
  | 'subject'
  | 'subProtocols'
  | 'token'
  | 'tokenId'
  | 'tokenName'
  | 'topic'
  | 'userName'

/** What a peer showed: never a secret. */
export type Presented = { readonly [Name in PresentedName]?: string }

/** One refusal as the part that refused knows it; the ring adds time, count and mend. */
export interface Refusal {
  readonly address: string
  readonly surface: Surface
  readonly cause: RefusalCause
  readonly presented?: Presented
  readonly expected?: string
}

/** Who has shown a credential that is good now, and was refused what it asked for. */
export interface ProvenIdentity {
  readonly kind: 'device' | 'service' | 'anonymous'
  readonly id: string
}

export type RecordRefusal = (refusal: Refusal, proven?: ProvenIdentity) => void
