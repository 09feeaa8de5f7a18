import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** Sends one message and waits for commands, with the clients of Mosquitto. */
export function mosquittoScript(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  const root = topicRoot(access)
  return `#!/bin/sh
# Debian, Ubuntu: apt install mosquitto-clients
set -eu
cd "$(dirname "$0")"

set -- -V mqttv311 -h '${host}' -p ${port} \\
  --cafile ${PEM_FILES.ca} --cert ${PEM_FILES.certificate} --key ${PEM_FILES.key}

mosquitto_pub "$@" -i '${deviceId}:pub' -q 1 -t '${root}/telemetry' -m '{"temperature":21.5}'
exec mosquitto_sub "$@" -i '${deviceId}:sub' -q 1 -v -t '${root}/commands/#'
`
}
