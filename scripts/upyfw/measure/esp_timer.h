// SPDX-License-Identifier: MIT
// What modules/c uses of ESP-IDF's header, as its reference says it (ESP-IDF Programming Guide 5.4, "ESP Timer").
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef int esp_err_t;
#define ESP_OK (0)

typedef struct esp_timer *esp_timer_handle_t;
typedef struct {
    void (*callback)(void *arg);
    void *arg;
    int dispatch_method;
    const char *name;
    bool skip_unhandled_events;
} esp_timer_create_args_t;

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer);
esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period_us);
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);
