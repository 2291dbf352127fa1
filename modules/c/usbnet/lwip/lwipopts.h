// SPDX-License-Identifier: MIT
// lwIP's options for boards whose network is the USB cable; MicroPython's own (ports/rp2/lwip_inc, extmod/lwip-include)
// are for a radio. What is not here has lwIP's default. Sizes are chosen for RAM: docs/design.md has what they cost.
#ifndef UPYOS_USBNET_LWIPOPTS_H
#define UPYOS_USBNET_LWIPOPTS_H

#include <stdint.h>
#include <string.h>
#include "py/mpconfig.h"

// No operating system: MicroPython's port holds PendSV off around calls of lwIP.
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 1
#define SYS_ARCH_DECL_PROTECT(lev) do { } while (0)
#define SYS_ARCH_PROTECT(lev) do { } while (0)
#define SYS_ARCH_UNPROTECT(lev) do { } while (0)
typedef uint32_t sys_prot_t;
#define sys_jiffies sys_now
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_STATS 0
#define MEM_ALIGNMENT 4
#define LWIP_CHKSUM_ALGORITHM 3
// MicroPython looks at the list of timeouts.
#define LWIP_TESTMODE 1

#define LWIP_RAND() rosc_random_u32()
extern uint32_t rosc_random_u32(void);

// What MicroPython's socket and network modules use.
#define LWIP_RAW 1
#define LWIP_DHCP 1
#define LWIP_DHCP_CHECK_LINK_UP 1
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_DNS 1
#define LWIP_DNS_SUPPORT_MDNS_QUERIES 1
#define DNS_TABLE_SIZE 2
#define DNS_MAX_NAME_LENGTH 128
#define LWIP_IGMP 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_EXT_STATUS_CALLBACK 1
#define SO_REUSE 1
#define TCP_LISTEN_BACKLOG 1
#define LWIP_TCP_KEEPALIVE 1

// dns.c looks for ".local" with it, nobody else calls it, and that of the C library takes 1.3 KB.
static inline char *upyos_strstr(const char *text, const char *part) {
    while (*text && strncmp(text, part, strlen(part)) != 0) {
        ++text;
    }
    return *text ? (char *)text : NULL;
}
#define strstr upyos_strstr

// A host on the cable gets an IPv4 address from dhcp.c, or gives itself a link-local one. IPv6 would take 27 KB of a slot.
#define LWIP_IPV6 0

#define LWIP_MDNS_RESPONDER 1
#define LWIP_MDNS_SEARCH 0
#define MDNS_MAX_SERVICES 3
#define MDNS_OUTPUT_PACKET_SIZE 512
#define LWIP_NUM_NETIF_CLIENT_DATA LWIP_MDNS_RESPONDER

// Frames in and out are in one heap, each as large as it is (netif.c keeps a part of it for those out). A window of two
// segments is enough for a cable of a millisecond, and bounds what a connection that nobody reads takes of it.
#define PBUF_POOL_SIZE 0
#define MEM_SIZE 13000
#define TCP_MSS 800
#define TCP_WND (2 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 16
#define MEMP_NUM_TCP_SEG 24

// Telnet, FTP with its data connections, and pages at the same time.
#define MEMP_NUM_TCP_PCB 10
#define MEMP_NUM_TCP_PCB_LISTEN 6
#define MEMP_NUM_UDP_PCB 7
#define MEMP_NUM_RAW_PCB 2
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_REASSDATA 1
#define IP_REASS_MAX_PBUFS 4
#define MEMP_NUM_FRAG_PBUF 4
// The responder has five timers and two more; without one of them it fails silently.
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 2 + 5)

#endif
