import { COMMANDS, type TrustText } from './trust-text.ts'

export function trustTextEnglish(origin: string): TrustText {
  return {
    title: 'Trust this hub',
    lead: 'This hub has a certificate authority of its own. A browser or a program trusts what it has signed once it knows its certificate.',
    compare:
      'Whoever can change what you load can change this page too. Before you install the file, compare the fingerprint with the one that the administrator reads on the machine of the hub:',
    fingerprint: 'Fingerprint, SHA-256',
    subject: 'Name',
    notAfter: 'Valid until',
    files: 'The certificate',
    pem: 'PEM: Linux, programs',
    der: 'DER: Windows, macOS, phones',
    revoked: 'What was revoked',
    crl: 'DER: the list for every certificate of this CA',
    crlPem: 'PEM: the same list',
    systems: 'How to install it',
    guides: [
      {
        system: 'Windows',
        steps: [
          'Open ca.cer and choose Install Certificate, Local Machine, then Place all certificates in the following store: Trusted Root Certification Authorities. Or type as administrator:',
          { command: COMMANDS.windows },
        ],
      },
      {
        system: 'macOS',
        steps: ['In Terminal:', { command: COMMANDS.macos }],
      },
      {
        system: 'iPhone, iPad',
        steps: [
          'Open this page in Safari, load ca.cer and allow the profile.',
          'Settings, General, VPN & Device Management: choose the profile and install it.',
          'Settings, General, About, Certificate Trust Settings: switch the certificate on. Without this step it is installed and not trusted.',
        ],
      },
      {
        system: 'Android',
        steps: [
          'Load ca.cer. Settings, Security & privacy, More security & privacy, Encryption & credentials, Install a certificate, CA certificate: choose the file. Some makers name these pages otherwise; search the settings for "CA certificate".',
          'Chrome trusts it then. Other apps do where their makers allow it.',
        ],
      },
      { system: 'Debian, Ubuntu', steps: ['In a terminal:', { command: COMMANDS.debian }] },
      { system: 'Fedora, RHEL', steps: ['In a terminal:', { command: COMMANDS.fedora }] },
      {
        system: 'Firefox',
        steps: [
          'On Windows, macOS and Android it trusts what the system trusts. On Linux: Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import: choose ca.pem and tick Trust this CA to identify websites.',
        ],
      },
      {
        system: 'Chrome on Linux',
        steps: [
          'It does not ask the system. Open chrome://certificate-manager and import ca.pem under Installed by you, or type (package libnss3-tools or nss-tools):',
          { command: COMMANDS.chrome },
        ],
      },
      { system: 'curl', steps: [{ command: COMMANDS.curl(origin) }] },
      { system: 'Node.js', steps: ['With all that Node trusts already:', { command: COMMANDS.node }] },
      {
        system: 'Python',
        steps: ['With all that Python trusts already:', { command: COMMANDS.python(origin) }],
      },
      {
        system: 'Java',
        steps: [
          'Into the store of this JDK, whose password is changeit unless somebody changed it:',
          { command: COMMANDS.java },
        ],
      },
    ],
  }
}
