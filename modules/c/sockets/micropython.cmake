# SPDX-License-Identifier: MIT
# Faults of MicroPython 1.26.1's sockets on lwIP, mended in a copy of extmod/modlwip.c that is compiled in its place. Each
# mend names what it replaces, which must be there exactly once: another MicroPython version ends the build here.
file(READ ${MICROPY_EXTMOD_DIR}/modlwip.c UPYOS_MODLWIP)

function(upyos_mend before after)
    string(REPLACE "${before}" "" rest "${UPYOS_MODLWIP}")
    string(LENGTH "${before}" len)
    string(LENGTH "${UPYOS_MODLWIP}" old)
    string(LENGTH "${rest}" new)
    math(EXPR gone "${old} - ${new}")
    if(NOT gone EQUAL len)
        message(FATAL_ERROR "extmod/modlwip.c of this MicroPython is not the one that is mended here:\n${before}")
    endif()
    string(REPLACE "${before}" "${after}" mended "${UPYOS_MODLWIP}")
    set(UPYOS_MODLWIP "${mended}" PARENT_SCOPE)
endfunction()

# A listening socket is a smaller thing: what these two write would lie behind it, in another connection.
upyos_mend(
    "                tcp_err(socket->pcb.tcp, NULL);
                tcp_recv(socket->pcb.tcp, NULL);

                if (socket->pcb.tcp->state != LISTEN) {"
    "                if (socket->pcb.tcp->state != LISTEN) {
                    tcp_err(socket->pcb.tcp, NULL);
                    tcp_recv(socket->pcb.tcp, NULL);")

# What was received before the peer reset the connection is kept; what it is read by says so once it has been read.
upyos_mend(
    "    // Free any incoming buffers or connections that are stored
    lwip_socket_free_incoming(socket);
    // Pass the error"
    "    if (socket->type != MOD_NETWORK_SOCK_STREAM || socket->state == STATE_LISTENING) {
        lwip_socket_free_incoming(socket);
    }
    // Pass the error")
upyos_mend(
    "    STREAM_ERROR_CHECK(socket);

    if (socket->state == STATE_LISTENING) {"
    "    if (socket->state == STATE_LISTENING || socket->incoming.tcp.pbuf == NULL) {
        STREAM_ERROR_CHECK(socket);
    }

    if (socket->state == STATE_LISTENING) {")
upyos_mend(
    "static void lwip_socket_check_connected(lwip_socket_obj_t *socket) {
    if (socket->pcb.tcp == NULL) {"
    "static void lwip_socket_check_connected(lwip_socket_obj_t *socket) {
    if (socket->pcb.tcp == NULL && (socket->type != MOD_NETWORK_SOCK_STREAM || socket->incoming.tcp.pbuf == NULL)) {")
upyos_mend(
    "        if (socket->pcb.tcp == NULL) {
            MICROPY_PY_LWIP_EXIT
            return 0;"
    "        if (socket->pcb.tcp == NULL) {
            if (socket->type == MOD_NETWORK_SOCK_STREAM && socket->state < 0 && socket->incoming.tcp.pbuf != NULL) {
                pbuf_free(socket->incoming.tcp.pbuf);
                socket->incoming.tcp.pbuf = NULL;
            }
            MICROPY_PY_LWIP_EXIT
            return 0;")
upyos_mend(
    "        socket->pcb.tcp = NULL;
        socket->state = _ERR_BADF;
        ret = 0;"
    "        if (socket->type == MOD_NETWORK_SOCK_STREAM) {
            socket->incoming.tcp.pbuf = NULL;
        }
        socket->pcb.tcp = NULL;
        socket->state = _ERR_BADF;
        ret = 0;")
# A socket that ran out of memory while it was made has no queue: the collector looked for one at address 0.
upyos_mend(
    "        } else {
            for (size_t i = 0; i < LWIP_INCOMING_PACKET_QUEUE_LEN; ++i) {
                lwip_incoming_packet_t *slot = &socket->incoming.udp_raw.array[i];
                if (slot->pbuf != NULL) {
                    pbuf_free"
    "        } else if (socket->incoming.udp_raw.array != NULL) {
            for (size_t i = 0; i < LWIP_INCOMING_PACKET_QUEUE_LEN; ++i) {
                lwip_incoming_packet_t *slot = &socket->incoming.udp_raw.array[i];
                if (slot->pbuf != NULL) {
                    pbuf_free")
# What a peer sends before its connection is accepted waits in lwIP, which offers it again when its timer of 250 ms comes round: so long
# took each request to a server. It is taken at once. And lwIP says once that a peer has closed: one that did so before, and had sent
# nothing, was waited for.
upyos_mend(
    "    tcp_accepted(listener);

    MICROPY_PY_LWIP_EXIT"
    "    tcp_accepted(listener);

    if (socket2->pcb.tcp->refused_data != NULL) {
        extern err_t tcp_process_refused_data(struct tcp_pcb *pcb);
        tcp_process_refused_data(socket2->pcb.tcp);
    } else if (socket2->pcb.tcp->state == CLOSE_WAIT) {
        socket2->state = STATE_PEER_CLOSED;
    }

    MICROPY_PY_LWIP_EXIT")
# lwIP's clock stands still while no interface is connected, and nothing ended the wait for a name. And an answer that
# comes after Ctrl-C finds the place it is written to.
upyos_mend(
    "            while (state.status == 0) {
                poll_sockets();
            }"
    "            while (state.status == 0) {
                poll_sockets();
                MICROPY_PY_LWIP_ENTER
                sys_check_timeouts();
                MICROPY_PY_LWIP_EXIT
            }")
upyos_mend(
    "    getaddrinfo_state_t state;
    state.status = 0;"
    "    static getaddrinfo_state_t lookups[4];
    static uint8_t turn;
    getaddrinfo_state_t *lookup = &lookups[turn++ % 4];
    #define state (*lookup)
    state.status = 0;")

# It lies elsewhere.
upyos_mend("#include \"modnetwork.h\"" "#include \"extmod/modnetwork.h\"")

file(WRITE ${CMAKE_BINARY_DIR}/upyos/modlwip.c.new "${UPYOS_MODLWIP}")
configure_file(${CMAKE_BINARY_DIR}/upyos/modlwip.c.new ${CMAKE_BINARY_DIR}/upyos/modlwip.c COPYONLY)
list(REMOVE_ITEM MICROPY_SOURCE_EXTMOD ${MICROPY_EXTMOD_DIR}/modlwip.c)
list(APPEND MICROPY_SOURCE_EXTMOD ${CMAKE_BINARY_DIR}/upyos/modlwip.c)
