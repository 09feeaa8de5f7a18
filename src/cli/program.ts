import { Command } from 'commander'
import { addAdministratorCertificateCommands } from './administrator-certificate.ts'
import { addAuditCommands } from './audit.ts'
import { addBackupCommand } from './backup.ts'
import { addBanCommands } from './ban.ts'
import { addCaCommands } from './ca.ts'
import { addCertificateCommands } from './certificate.ts'
import { addConfigCommands } from './config.ts'
import { addConsoleCommands } from './console.ts'
import { addDeviceCommands } from './device.ts'
import { addDoctorCommand } from './doctor.ts'
import { addEmqxConfigCommand } from './emqx-config.ts'
import { addEnrolmentTokenCommands } from './enrolment-token.ts'
import { addEnrolmentCommands } from './enrolments.ts'
import { addEventsCommand } from './events.ts'
import { addImportCommands } from './import/import.ts'
import { addPolicyCommands } from './policy.ts'
import type { CommandContext } from './ports.ts'
import { addPubCommand } from './pub.ts'
import { addRefusalsCommand } from './refusals.ts'
import { addRestoreCommand } from './restore.ts'
import { addRotateCommands } from './rotate.ts'
import { addRpcCommand } from './rpc.ts'
import { addServerCertificateCommands } from './server-certificate.ts'
import { addServiceCommands } from './service.ts'
import { addSessionCommands } from './session.ts'
import { addSimulateCommand } from './simulator/simulate.ts'
import { addStartCommand } from './start.ts'
import { addTokenCommands } from './token.ts'
import { addWebhookCommands } from './webhook.ts'

/** Every verb of the command line; a wrong call throws commander's error after it is printed. */
export function createProgram(context: CommandContext): Command {
  const { terminal, version } = context
  // Before the verbs: they inherit both when they are made.
  const program = new Command('signet').exitOverride().configureOutput({
    writeOut: (text) => void terminal.stdout.write(text),
    writeErr: (text) => void terminal.stderr.write(text),
    outputError: (text, write) =>
      write(
        `${text
          .trim()
          .replace(/^error: /, 'signet: ')
          .replaceAll('\n', ' ')}\n`,
      ),
  })
  program.description(
    'An IoT hub in one process: MQTT on mutual TLS, certificate authority, device registry, HTTPS API',
  )
  program.version(`signet ${version}`, '-V, --version', 'print the version')
  addStartCommand(program, context)
  addDeviceCommands(program, context)
  addServiceCommands(program, context)
  addTokenCommands(program, context)
  addConsoleCommands(program, context)
  addEnrolmentTokenCommands(program, context)
  addEnrolmentCommands(program, context)
  addAdministratorCertificateCommands(program, context)
  addPolicyCommands(program, context)
  addCaCommands(program, context)
  addBackupCommand(program, context)
  addRestoreCommand(program, context)
  addCertificateCommands(program, context)
  addRotateCommands(program, context)
  addServerCertificateCommands(program, context)
  addImportCommands(program, context)
  addSessionCommands(program, context)
  addBanCommands(program, context)
  addPubCommand(program, context)
  addRpcCommand(program, context)
  addRefusalsCommand(program, context)
  addAuditCommands(program, context)
  addEventsCommand(program, context)
  addWebhookCommands(program, context)
  addDoctorCommand(program, context)
  addSimulateCommand(program, context)
  addConfigCommands(program, context)
  addEmqxConfigCommand(program, context)
  program
    .command('version')
    .description('print the version')
    .action(() => void terminal.stdout.write(`signet ${version}\n`))
  return program
}
