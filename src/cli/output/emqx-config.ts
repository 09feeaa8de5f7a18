/** What an EMQX needs to know to stand beside a hub. */
export interface EmqxSetUp {
  /** How it reaches the hub: an origin. */
  readonly url: string
  /** Of the role validator. */
  readonly token: string
  readonly certsFolder: string
  /** How this program was called. */
  readonly command: string
}

const CLIENT = ['clientid', 'username', 'cert_common_name', 'cert_subject'] as const
const CONNECT = [...CLIENT, 'cert_pem'] as const
const ACTION = [...CLIENT, 'action', 'topic', 'qos', 'retain'] as const

/** The parts of emqx.conf (HOCON) that hand the judgement over clients and topics to a hub. EMQX 5.7.1 and newer. */
export function renderEmqxConfig(setUp: EmqxSetUp): string {
  const { url, certsFolder, command } = setUp
  return `# For emqx.conf of EMQX 5.7.1 or newer: older ones have no \${cert_pem}, and EMQX 4 takes every answer for a yes.
# A token of its own:        ${command} token create emqx --role validator
# Certificate and key below: those of the hub, whose names tls.server_names adds to. For another machine, make its own:
#                            ${command} server-cert issue HOST --out FOLDER

listeners.ssl.default {
  bind = "0.0.0.0:8883"
  ssl_options {
    cacertfile = ${quote(`${certsFolder}/ca-cert.pem`)}
    certfile = ${quote(`${certsFolder}/server-cert.pem`)}
    keyfile = ${quote(`${certsFolder}/server-key.pem`)}
    verify = verify_peer
    fail_if_no_peer_cert = true
  }
}

authentication = [
  {
    mechanism = password_based
    backend = http
    method = post
    url = ${quote(`${url}/api/devices/certificates/validate`)}
${renderCall(setUp, CONNECT)}
  }
]

authorization {
  no_match = deny
  deny_action = ignore
  sources = [
    {
      type = http
      method = post
      url = ${quote(`${url}/api/emqx/authz`)}
${indent(renderCall(setUp, ACTION))}
    }
  ]
}
`
}

function renderCall({ url, token, certsFolder }: EmqxSetUp, fields: readonly string[]): string {
  const headers = [
    ['content-type', 'application/json'],
    ['authorization', `Bearer ${token}`],
  ] as const
  return [
    block(
      'headers',
      headers.map(([name, value]) => `${quote(name)} = ${quote(value)}`),
    ),
    block(
      'body',
      fields.map((name) => `${name} = "\${${name}}"`),
    ),
    ...(url.startsWith('https:') ? [block('ssl', sslLines(certsFolder))] : []),
  ].join('\n')
}

function sslLines(certsFolder: string): readonly string[] {
  return ['enable = true', 'verify = verify_peer', `cacertfile = ${quote(`${certsFolder}/ca-cert.pem`)}`]
}

function block(name: string, lines: readonly string[]): string {
  return [`    ${name} {`, ...lines.map((line) => `      ${line}`), '    }'].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

/** HOCON's quoted strings are those of JSON. */
function quote(text: string): string {
  return JSON.stringify(text)
}
