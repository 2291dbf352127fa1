// SPDX-License-Identifier: MIT
// lwIP's interface at the board's end of the cable.
#include <stdio.h>
#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "usbnet.h"

#ifndef NO_QSTR
#include "tusb.h"
#include "class/net/net_device.h"
#include "lwip/apps/mdns.h"
#include "lwip/etharp.h"
#include "lwip/mem.h"
#include "netif/ethernet.h"
#include "extmod/modnetwork.h"
#include "pico/unique_id.h"

// Frames on their way to the main thread. They are parts of lwIP's memory, which limits them more than this.
#define QUEUE_LEN (16)
// A frame of the host is taken if so much memory in one piece is left behind it, for what goes out; a small one, such as
// an acknowledgement or a key, with less. So data that no program reads cannot stop the other connections.
#define SMALL_BYTES (256)
#define LEFT_BYTES (1800)
#define LEFT_BY_SMALL_BYTES (600)

struct netif usbnet_netif;
uint8_t tud_network_mac_address[6];

static struct pbuf *queue[QUEUE_LEN];
static uint8_t queue_first;
static uint8_t queue_count;
static mp_sched_node_t node;
static bool wanted = true;
static bool attached;

static struct pbuf *take(void) {
    MICROPY_PY_LWIP_ENTER
    struct pbuf *frame = queue_count ? queue[queue_first] : NULL;
    MICROPY_PY_LWIP_EXIT
    return frame;
}

static void drop_first(struct pbuf *frame) {
    MICROPY_PY_LWIP_ENTER
    queue_first = (queue_first + 1) % QUEUE_LEN;
    queue_count--;
    pbuf_free(frame);
    MICROPY_PY_LWIP_EXIT
}

// Send what is queued as far as there is room; without a host it goes away. Main thread.
void usbnet_drain(void) {
    struct pbuf *frame;
    bool ready = usbnet_ncm_ready();
    while ((frame = take()) != NULL && (!ready || usbnet_ncm_send(frame))) {
        drop_first(frame);
    }
}

static void on_main_thread(mp_sched_node_t *unused) {
    usbnet_drain();
    usbnet_ncm_carrier(attached && wanted);
}

static void wake(void) {
    mp_sched_schedule_node(&node, on_main_thread);
}

// Called by lwIP, locked or at PendSV level. A frame too many is lost, as on any cable: an error would go to the program
// that sends, which would send again what TCP has already taken.
static err_t send(struct netif *netif, struct pbuf *frame) {
    if (queue_count < QUEUE_LEN) {
        pbuf_ref(frame);
        queue[(queue_first + queue_count) % QUEUE_LEN] = frame;
        queue_count++;
    }
    wake();
    return ERR_OK;
}

// Return memory for a frame, or NULL. lwIP is locked.
static struct pbuf *room_for(uint16_t size) {
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, size, PBUF_RAM);
    if (frame == NULL) {
        return NULL;
    }
    void *left = mem_malloc(size <= SMALL_BYTES ? LEFT_BY_SMALL_BYTES : LEFT_BYTES);
    if (left == NULL) {
        pbuf_free(frame);
        return NULL;
    }
    mem_free(left);
    return frame;
}

// Called by TinyUSB, on the main thread. A frame without room is lost, as on any cable.
bool tud_network_recv_cb(const uint8_t *src, uint16_t size) {
    MICROPY_PY_LWIP_ENTER
    struct pbuf *frame = wanted ? room_for(size) : NULL;
    if (frame != NULL) {
        pbuf_take(frame, src, size);
        if (usbnet_netif.input(frame, &usbnet_netif) != ERR_OK) {
            pbuf_free(frame);
        }
    }
    MICROPY_PY_LWIP_EXIT
    tud_network_recv_renew();
    return true;
}

static err_t set_up(struct netif *netif) {
    netif->name[0] = 'u';
    netif->name[1] = 'n';
    netif->mtu = USBNET_FRAME_MAX - 14;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP;
    netif->linkoutput = send;
    netif->output = etharp_output;
    return ERR_OK;
}

// A block of eight link-local addresses of each board's own (RFC 3927, 2.1: neither 169.254.0 nor 169.254.255), so that
// several boards on one host have their own routes.
static uint32_t block_of(uint32_t id) {
    return 169u << 24 | 254u << 16 | (1 + id % 254) << 8 | (id / 254 % 31) * 8;
}

static uint32_t hash(const uint8_t *bytes, size_t len) {
    // FNV-1a
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ bytes[i]) * 16777619u;
    }
    return sum;
}

// The chip's number makes addresses and the name, so they are the same at each start.
void usbnet_start(void) {
    if (usbnet_netif.input != NULL) {
        return;
    }
    pico_unique_board_id_t id;
    pico_get_unique_board_id(&id);
    uint32_t sum = hash(id.id, sizeof(id.id));
    // 02: locally administered
    tud_network_mac_address[0] = 0x02;
    tud_network_mac_address[1] = id.id[3];
    memcpy(tud_network_mac_address + 2, &sum, 4);
    ip4_addr_t address, mask, none;
    ip4_addr_set_u32(&address, lwip_htonl(block_of(sum) + 1));
    IP4_ADDR(&mask, 255, 255, 0, 0);
    ip4_addr_set_zero(&none);
    snprintf(mod_network_hostname_data, sizeof(mod_network_hostname_data), "upyos-%02x%02x%02x",
        id.id[5], id.id[6], id.id[7]);
    MICROPY_PY_LWIP_ENTER
    netif_add(&usbnet_netif, &address, &mask, &none, NULL, set_up, ethernet_input);
    usbnet_netif.hwaddr_len = 6;
    memcpy(usbnet_netif.hwaddr, tud_network_mac_address, 6);
    // the host's end has the other one
    usbnet_netif.hwaddr[5] ^= 1;
    netif_set_hostname(&usbnet_netif, mod_network_hostname_data);
    netif_set_default(&usbnet_netif);
    netif_set_up(&usbnet_netif);
    mdns_resp_add_netif(&usbnet_netif, mod_network_hostname_data);
    usbnet_dhcp_start(&usbnet_netif);
    MICROPY_PY_LWIP_EXIT
}

static void update(void) {
    MICROPY_PY_LWIP_ENTER
    if (attached && wanted) {
        netif_set_link_up(&usbnet_netif);
    } else {
        netif_set_link_down(&usbnet_netif);
        usbnet_dhcp_forget();
    }
    MICROPY_PY_LWIP_EXIT
    wake();
}

// A host uses the interface, or does so no longer. Main thread.
void usbnet_link(bool up) {
    attached = up;
    usbnet_ncm_carrier(attached && wanted);
    update();
}

bool usbnet_active(void) {
    return wanted;
}

void usbnet_set_active(bool active) {
    wanted = active;
    update();
}

// The services that the host is told of by mDNS (RFC 6763); an empty name is a free place.
static struct {
    char name[16];
    int8_t slot;
} services[MDNS_MAX_SERVICES];

static int place_of(const char *service) {
    for (int i = 0; i < MDNS_MAX_SERVICES; i++) {
        if (strcmp(services[i].name, service) == 0) {
            return i;
        }
    }
    return -1;
}

// Announce a TCP service, or with port 0 no longer; false if there is no place for it.
bool usbnet_announce(const char *service, uint16_t port) {
    if (service[0] == 0 || strlen(service) >= sizeof(services[0].name)) {
        return false;
    }
    MICROPY_PY_LWIP_ENTER
    int place = place_of(service);
    if (place >= 0) {
        mdns_resp_del_service(&usbnet_netif, services[place].slot);
        services[place].name[0] = 0;
    }
    place = port == 0 ? -1 : place_of("");
    if (place >= 0) {
        services[place].slot = mdns_resp_add_service(&usbnet_netif, mod_network_hostname_data, service, DNSSD_PROTO_TCP,
            port, NULL, NULL);
        if (services[place].slot >= 0) {
            strcpy(services[place].name, service);
        } else {
            place = -1;
        }
    }
    MICROPY_PY_LWIP_EXIT
    return port == 0 || place >= 0;
}

// The bus is still: the host sleeps or the cable is out; TinyUSB cannot tell which. (USB 2.0, 7.1.7.6)
void tud_suspend_cb(bool remote_wakeup_en) {
    usbnet_link(false);
}

void tud_resume_cb(void) {
    usbnet_link(usbnet_ncm_ready());
}

void __real_mod_network_lwip_init(void);

// A start, also after a soft reset: lwIP's timer begins when an interface comes up, and ours is up already.
void __wrap_mod_network_lwip_init(void) {
    __real_mod_network_lwip_init();
    if (usbnet_netif.input != NULL && attached && wanted) {
        MICROPY_PY_LWIP_ENTER
        netif_set_link_down(&usbnet_netif);
        netif_set_link_up(&usbnet_netif);
        MICROPY_PY_LWIP_EXIT
    }
}
#endif
