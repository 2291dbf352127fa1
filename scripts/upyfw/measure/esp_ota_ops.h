// SPDX-License-Identifier: MIT
// What modules/c uses of ESP-IDF's header, as its reference says it (ESP-IDF Programming Guide 5.4, "Over The Air Updates").
#include "esp_timer.h"

typedef struct esp_partition esp_partition_t;
typedef enum {
    ESP_OTA_IMG_PENDING_VERIFY = 1,
} esp_ota_img_states_t;

const esp_partition_t *esp_ota_get_running_partition(void);
esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition, esp_ota_img_states_t *state);
