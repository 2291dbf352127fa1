// SPDX-License-Identifier: MIT
// The one name of ESP-IDF's header that modules/c uses.
#define RTC_NOINIT_ATTR
