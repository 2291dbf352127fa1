// SPDX-License-Identifier: MIT
//
// What MicroPython's socket of TLS lacks. Its handshake is a part of reading and writing, which do not tell what they wait for,
// and its end says nothing to the peer, who cannot know then that all has come: services have greet() and part(). The end that a
// peer says is told once: to a readinto() that had read something before, which does not tell it.

#include "py/runtime.h"
#include "py/stream.h"
#include "upyos.h"

#if MICROPY_PY_SSL && MICROPY_SSL_MBEDTLS

#include "mbedtls/error.h"
#include "mbedtls/ssl.h"

// How MicroPython's mp_obj_ssl_socket_t (extmod/modtls_mbedtls.c) begins.
typedef struct {
    mp_obj_base_t base;
    void *context;
    mp_obj_t sock;
    mbedtls_ssl_context ssl;
} ssl_socket_t;

static mbedtls_ssl_context *opened(mp_obj_t stream_in) {
    if (mp_obj_get_type(stream_in)->name != MP_QSTR_SSLSocket) {
        mp_raise_TypeError(NULL);
    }
    ssl_socket_t *stream = MP_OBJ_TO_PTR(stream_in);
    if (stream->sock == MP_OBJ_NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    return &stream->ssl;
}

// What to wait for before the call is made again: an event of select.poll, 0 if it is done. Any error is the end of the connection.
static mp_obj_t awaited(int result) {
    if (result == 0) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    if (result == MBEDTLS_ERR_SSL_WANT_READ) {
        return MP_OBJ_NEW_SMALL_INT(MP_STREAM_POLL_RD);
    }
    if (result == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return MP_OBJ_NEW_SMALL_INT(MP_STREAM_POLL_WR);
    }
    mp_raise_OSError(result == MBEDTLS_ERR_SSL_ALLOC_FAILED ? MP_ENOMEM : MP_EIO);
}

// greet(stream): go on with the handshake (RFC 5246, 7.3)
static mp_obj_t upyos_greet(mp_obj_t stream_in) {
    return awaited(mbedtls_ssl_handshake(opened(stream_in)));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_greet_obj, upyos_greet);

// part(stream): say that nothing more comes (RFC 5246, 7.2.1)
static mp_obj_t upyos_part(mp_obj_t stream_in) {
    return awaited(mbedtls_ssl_close_notify(opened(stream_in)));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_part_obj, upyos_part);

extern int __real_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *data, size_t size_bytes);

// Behind the end there is the end, too: the last message stays where it is until there is another one.
int __wrap_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *data, size_t size_bytes) {
    const unsigned char *message = ssl->MBEDTLS_PRIVATE(in_msg);
    if (message != NULL && ssl->MBEDTLS_PRIVATE(in_msgtype) == MBEDTLS_SSL_MSG_ALERT && ssl->MBEDTLS_PRIVATE(in_msglen) == 2
        && message[0] == MBEDTLS_SSL_ALERT_LEVEL_WARNING && message[1] == MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY) {
        return MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
    }
    return __real_mbedtls_ssl_read(ssl, data, size_bytes);
}

#endif
