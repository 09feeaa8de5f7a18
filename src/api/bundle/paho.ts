import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** The same for Python. */
export function pahoScript(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  return `# pip install paho-mqtt; versions 1 and 2
import json
from pathlib import Path

import paho.mqtt.client as mqtt

FOLDER = Path(__file__).resolve().parent
ROOT = "${topicRoot(access)}"


def on_connect(client, userdata, flags, reason_code, properties=None):
    print("connected" if reason_code == 0 else f"refused: {reason_code}", flush=True)
    client.subscribe(f"{ROOT}/commands/#", qos=1)
    client.publish(f"{ROOT}/telemetry", json.dumps({"temperature": 21.5}), qos=1)


def on_message(client, userdata, message):
    print(message.topic, message.payload.decode(), flush=True)


options = {"client_id": "${deviceId}", "protocol": mqtt.MQTTv311}
if hasattr(mqtt, "CallbackAPIVersion"):
    options["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION2
client = mqtt.Client(**options)
client.tls_set(
    ca_certs=str(FOLDER / "${PEM_FILES.ca}"),
    certfile=str(FOLDER / "${PEM_FILES.certificate}"),
    keyfile=str(FOLDER / "${PEM_FILES.key}"),
)
client.on_connect = on_connect
client.on_message = on_message
client.connect("${host}", ${port})
client.loop_forever()
`
}
