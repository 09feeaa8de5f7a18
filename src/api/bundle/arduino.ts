import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** A sketch for an ESP32; the PEM files lie in its file system. */
export function arduinoSketch(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  const root = topicRoot(access)
  return `// ESP32 with the library PubSubClient. Copy the three .pem files into the folder "data" beside this sketch and upload
// it with the LittleFS uploader.
#include <LittleFS.h>
#include <PubSubClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>

const char *WIFI_NAME = "...";
const char *WIFI_PASSWORD = "...";

WiFiClientSecure tls;
PubSubClient client(tls);

void onMessage(char *topic, byte *payload, unsigned int length) {
  Serial.printf("%s %.*s\\n", topic, (int)length, (char *)payload);
}

void loadCredentials() {
  LittleFS.begin();
  File ca = LittleFS.open("/${PEM_FILES.ca}");
  File certificate = LittleFS.open("/${PEM_FILES.certificate}");
  File key = LittleFS.open("/${PEM_FILES.key}");
  tls.loadCACert(ca, ca.size());
  tls.loadCertificate(certificate, certificate.size());
  tls.loadPrivateKey(key, key.size());
}

void setup() {
  Serial.begin(115200);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) delay(200);
  loadCredentials();
  client.setServer("${host}", ${port});
  client.setCallback(onMessage);
}

void loop() {
  if (!client.connected()) {
    if (!client.connect("${deviceId}")) {
      delay(5000);
      return;
    }
    client.subscribe("${root}/commands/#", 1);
    client.publish("${root}/telemetry", "{\\"temperature\\":21.5}");
  }
  client.loop();
}
`
}
