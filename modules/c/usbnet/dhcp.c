// SPDX-License-Identifier: MIT
// A DHCP server with one lease, for the host at the other end (RFC 2131, 2132).
//
// Not MicroPython's (shared/netutils): that one always names itself as router and name server, and the host would send
// all its traffic into the cable.
#include <string.h>

#include "usbnet.h"

#ifndef NO_QSTR
#include "lwip/pbuf.h"
#include "lwip/udp.h"

#define SERVER_PORT (67)
#define CLIENT_PORT (68)
#define LEASE_S (24 * 3600)
// The addresses of the block that a host may get, behind the board's own.
#define ADDRESSES (5)
// Offsets in a message, and its least size as BOOTP has it (RFC 951).
#define HEAD (240)
#define LEAST (300)
#define XID (4)
#define CIADDR (12)
#define YIADDR (16)
#define CHADDR (28)
#define MAGIC (236)

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };
enum { OPT_PAD = 0, OPT_MASK = 1, OPT_REQUESTED = 50, OPT_LEASE = 51, OPT_TYPE = 53, OPT_SERVER = 54, OPT_END = 255 };

static const uint8_t magic[4] = { 99, 130, 83, 99 };

static struct udp_pcb *server;
static struct netif *netif;
static uint8_t client[6];
static bool leased;
// 0 to ADDRESSES - 1: the next one if the host finds one in use
static uint8_t which;

static ip4_addr_t lease_address(void) {
    ip4_addr_t address;
    ip4_addr_set_u32(&address, lwip_htonl(lwip_ntohl(netif_ip4_addr(netif)->addr) + 1 + which));
    return address;
}

const ip4_addr_t *usbnet_dhcp_lease(void) {
    static ip4_addr_t address;
    address = lease_address();
    return leased ? &address : NULL;
}

void usbnet_dhcp_forget(void) {
    leased = false;
}

// The data of an option of the wanted length, or false. pbuf_get_at is 0 past the end, which is a pad.
static bool option(struct pbuf *message, uint8_t wanted, uint8_t *data, size_t size) {
    for (size_t at = HEAD; at + 2 < message->tot_len;) {
        uint8_t code = pbuf_get_at(message, at);
        if (code == OPT_END) {
            break;
        }
        if (code == OPT_PAD) {
            at++;
            continue;
        }
        size_t len = pbuf_get_at(message, at + 1);
        if (code == wanted && len == size) {
            return pbuf_copy_partial(message, data, size, at + 2) == size;
        }
        at += 2 + len;
    }
    return false;
}

static uint8_t *add(uint8_t *at, uint8_t code, const void *data, uint8_t size) {
    *at++ = code;
    *at++ = size;
    memcpy(at, data, size);
    return at + size;
}

static uint8_t *add_number(uint8_t *at, uint8_t code, uint32_t value) {
    value = lwip_htonl(value);
    return add(at, code, &value, sizeof(value));
}

static void fill(uint8_t *reply, const uint8_t *head, uint8_t type) {
    ip4_addr_t address = lease_address();
    reply[0] = 2;
    memcpy(reply + 1, head + 1, 2);
    memcpy(reply + XID, head + XID, 4);
    // the flags
    memcpy(reply + 10, head + 10, 2);
    if (type != NAK) {
        memcpy(reply + CIADDR, head + CIADDR, 4);
    }
    memcpy(reply + CHADDR, head + CHADDR, 16);
    memcpy(reply + MAGIC, magic, sizeof(magic));
    uint8_t *at = add(reply + HEAD, OPT_TYPE, &type, 1);
    at = add(at, OPT_SERVER, netif_ip4_addr(netif), 4);
    if (type != NAK) {
        memcpy(reply + YIADDR, &address, 4);
        // The host's part of the cable is the block, though the board takes all link-local addresses for neighbours.
        at = add_number(at, OPT_MASK, 0xfffffff8);
        at = add_number(at, OPT_LEASE, LEASE_S);
    }
    *at = OPT_END;
}

static void answer(const uint8_t *head, uint8_t type) {
    struct pbuf *reply = pbuf_alloc(PBUF_TRANSPORT, LEAST, PBUF_RAM);
    if (reply == NULL) {
        return;
    }
    memset(reply->payload, 0, LEAST);
    fill(reply->payload, head, type);
    // Without an address the host hears broadcasts alone.
    ip_addr_t to = IPADDR4_INIT(IPADDR_BROADCAST);
    if (type == ACK && memcmp(head + CIADDR, "\0\0\0\0", 4) != 0) {
        memcpy(ip_2_ip4(&to), head + CIADDR, 4);
    }
    udp_sendto_if(server, reply, &to, CLIENT_PORT, netif);
    pbuf_free(reply);
}

static void on_request(struct pbuf *message, const uint8_t *head) {
    uint8_t asked[4];
    if (option(message, OPT_SERVER, asked, 4) && memcmp(asked, netif_ip4_addr(netif), 4) != 0) {
        // It took another server's offer.
        leased = false;
        return;
    }
    if (!option(message, OPT_REQUESTED, asked, 4)) {
        memcpy(asked, head + CIADDR, 4);
    }
    ip4_addr_t address = lease_address();
    if (memcmp(asked, &address, 4) != 0) {
        answer(head, NAK);
        return;
    }
    leased = true;
    memcpy(client, head + CHADDR, sizeof(client));
    answer(head, ACK);
}

static void on_message(struct pbuf *message, const uint8_t *head) {
    uint8_t type;
    // Ethernet, to a server, from the host that has the lease if one has it
    if (head[0] != 1 || head[2] != 6 || memcmp(head + MAGIC, magic, sizeof(magic)) != 0
        || (leased && memcmp(head + CHADDR, client, sizeof(client)) != 0)
        || !option(message, OPT_TYPE, &type, 1)) {
        return;
    }
    switch (type) {
        case DISCOVER:
            answer(head, OFFER);
            break;
        case REQUEST:
            on_request(message, head);
            break;
        case DECLINE:
            which = (which + 1) % ADDRESSES;
            leased = false;
            break;
        case RELEASE:
            leased = false;
            break;
    }
}

static void received(void *arg, struct udp_pcb *pcb, struct pbuf *message, const ip_addr_t *from, u16_t port) {
    uint8_t head[HEAD];
    if (pbuf_copy_partial(message, head, HEAD, 0) == HEAD) {
        on_message(message, head);
    }
    pbuf_free(message);
}

void usbnet_dhcp_start(struct netif *on) {
    netif = on;
    server = udp_new();
    if (server != NULL && udp_bind(server, IP4_ADDR_ANY, SERVER_PORT) == ERR_OK) {
        udp_bind_netif(server, netif);
        udp_recv(server, received, NULL);
    }
}
#endif
