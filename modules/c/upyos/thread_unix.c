// SPDX-License-Identifier: MIT
//
// Threads of a process: how deep one may call.
//
// MicroPython's mp_thread_create takes the room that is kept behind the limit off the size of the stack when the thread
// has been made, and the thread takes its limit from the same word: one that is quick sets none, and a deep recursion in it
// ends the process. So the word has its last value before there is a thread.

#if defined(__unix__)

#include <limits.h>
#include <pthread.h>
#include "py/mpthread.h"

// As in MicroPython's ports/unix/mpthreadport.c.
#define ROOM (8192)
#define DEFAULT_BYTES (8192 * sizeof(void *))

mp_uint_t __real_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);
mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);

mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size) {
    size_t bytes = *stack_size != 0 ? *stack_size : DEFAULT_BYTES;
    size_t least = (size_t)PTHREAD_STACK_MIN > 2 * ROOM ? (size_t)PTHREAD_STACK_MIN : 2 * ROOM;
    if (bytes < least) {
        bytes = least;
    }
    *stack_size = bytes - ROOM;
    return __real_mp_thread_create(entry, arg, &bytes);
}

#endif
