/** The words of the page that tells how to trust the CA, in one language. */
export interface TrustText {
  readonly title: string
  readonly lead: string
  readonly compare: string
  readonly fingerprint: string
  readonly subject: string
  readonly notAfter: string
  readonly files: string
  readonly pem: string
  readonly der: string
  readonly revoked: string
  readonly crl: string
  readonly crlPem: string
  readonly systems: string
  /** In the order in which they are shown; commands are run beside the downloaded file. */
  readonly guides: readonly TrustGuide[]
}

export interface TrustGuide {
  readonly system: string
  readonly steps: readonly (string | { readonly command: string })[]
}

/** What is typed is the same in every language. */
export const COMMANDS = {
  fingerprint: 'signet ca show',
  windows: 'certutil -addstore -f Root ca.cer',
  macos: 'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ca.cer',
  debian: 'sudo cp ca.pem /usr/local/share/ca-certificates/signet-ca.crt\nsudo update-ca-certificates',
  fedora: 'sudo cp ca.pem /etc/pki/ca-trust/source/anchors/signet-ca.pem\nsudo update-ca-trust',
  chrome: 'certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n signet-ca -i ca.pem',
  curl: (origin: string) => `curl --cacert ca.pem ${origin}/livez`,
  node: 'NODE_EXTRA_CA_CERTS=ca.pem node app.js',
  python: (origin: string) =>
    `import ssl, urllib.request\ncontext = ssl.create_default_context()\ncontext.load_verify_locations("ca.pem")\nurllib.request.urlopen("${origin}/livez", context=context)`,
  java: 'keytool -importcert -cacerts -alias signet-ca -file ca.pem',
} as const
