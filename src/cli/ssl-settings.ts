import type { CommandContext, SettingsRequest } from './ports.ts'

/** Writes the certificate that the flags name into config.yaml, and says what is odd about it. */
export async function saveSslSettings(
  request: SettingsRequest,
  { terminal: { stdout, stderr }, local }: Pick<CommandContext, 'terminal' | 'local'>,
): Promise<void> {
  const { configFile, warnings } = await local.saveSslSettings(request)
  for (const warning of warnings) stderr.write(`Warning: ${warning}\n`)
  stdout.write(`Wrote ssl.enabled, ssl.cert_file and ssl.key_file to ${configFile}\n`)
}
