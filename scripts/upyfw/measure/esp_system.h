// SPDX-License-Identifier: MIT
// What modules/c uses of ESP-IDF's header.
__attribute__((noreturn)) void esp_restart(void);
