import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** A project of ESP-IDF 5; the PEM files go into its image. */
export const ESP_IDF_PROJECT = `cmake_minimum_required(VERSION 3.16)
include($ENV{IDF_PATH}/tools/cmake/project.cmake)
project(signet_device)
`

export const ESP_IDF_COMPONENT = `idf_component_register(
  SRCS "main.c"
  EMBED_TXTFILES "../../${PEM_FILES.ca}" "../../${PEM_FILES.certificate}" "../../${PEM_FILES.key}"
)
`

export const ESP_IDF_DEPENDENCIES = `dependencies:
  protocol_examples_common:
    path: \${IDF_PATH}/examples/common_components/protocol_examples_common
`

export function espIdfMain(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  const root = topicRoot(access)
  return `// ESP-IDF 5. Set Wi-Fi in "idf.py menuconfig" under Example Connection Configuration, then "idf.py flash monitor".
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "mqtt_client.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"

extern const char ca_cert[] asm("_binary_ca_cert_pem_start");
extern const char device_cert[] asm("_binary_device_cert_pem_start");
extern const char device_key[] asm("_binary_device_key_pem_start");

static const char *TAG = "signet";

static void on_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    esp_mqtt_event_handle_t event = data;
    if (id == MQTT_EVENT_CONNECTED) {
        esp_mqtt_client_subscribe(event->client, "${root}/commands/#", 1);
        esp_mqtt_client_publish(event->client, "${root}/telemetry", "{\\"temperature\\":21.5}", 0, 1, 0);
    } else if (id == MQTT_EVENT_DATA) {
        ESP_LOGI(TAG, "%.*s %.*s", event->topic_len, event->topic, event->data_len, event->data);
    }
}

void app_main(void)
{
    ESP_ERROR_CHECK(nvs_flash_init());
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(example_connect());

    const esp_mqtt_client_config_t config = {
        .broker.address.transport = MQTT_TRANSPORT_OVER_SSL,
        .broker.address.hostname = "${host}",
        .broker.address.port = ${port},
        .broker.verification.certificate = ca_cert,
        .credentials.client_id = "${deviceId}",
        .credentials.authentication.certificate = device_cert,
        .credentials.authentication.key = device_key,
        .session.protocol_ver = MQTT_PROTOCOL_V_3_1_1,
    };
    esp_mqtt_client_handle_t client = esp_mqtt_client_init(&config);
    ESP_ERROR_CHECK(esp_mqtt_client_register_event(client, ESP_EVENT_ANY_ID, on_event, NULL));
    ESP_ERROR_CHECK(esp_mqtt_client_start(client));
}
`
}
