// SPDX-License-Identifier: MIT
//
// Threads of a process: how deep one may call, and how a collection waits for them.
//
// MicroPython's mp_thread_create takes the room that is kept behind the limit off the size of the stack when the thread
// has been made, and the thread takes its limit from the same word: one that is quick sets none, and a deep recursion in it
// ends the process. So the word has its last value before there is a thread.
//
// A collection asks each other thread to look through its stack and waits for its answer with sem_wait, which a signal
// ends early: the one that gets the main thread out of a sleep (tick.c). Then two threads mark at once, and each later
// collection takes the answer of the one before. So the wait goes on until there is an answer.

#if defined(__unix__)

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
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

int __real_sem_wait(sem_t *sem);
int __wrap_sem_wait(sem_t *sem);

int __wrap_sem_wait(sem_t *sem) {
    int result;
    do {
        result = __real_sem_wait(sem);
    } while (result != 0 && errno == EINTR);
    return result;
}

#endif
