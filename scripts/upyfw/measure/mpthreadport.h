// SPDX-License-Identifier: MIT
// What py/mpthread.h asks of a port; the size of a lock changes nothing in what is measured.
#include <stddef.h>

typedef struct {
    void *handle;
} mp_thread_mutex_t;
typedef struct {
    mp_thread_mutex_t mutex;
} mp_thread_recursive_mutex_t;
