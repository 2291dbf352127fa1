// SPDX-License-Identifier: MIT
// A network over the USB cable: what its files give each other.
//
//   nic.c     network.USBD_NCM, for Python
//   netif.c   lwIP's interface: addresses, name, frames out and in
//   dhcp.c    the host gets an address
//   ncm.c     TinyUSB's class, with what it lacks
//   usb.c     descriptors, and the class in TinyUSB's table
//
// lwIP runs at PendSV level and, with PendSV held off, in threads. TinyUSB runs on the main thread alone. So frames out
// go through a queue, which the main thread empties.
#ifndef UPYOS_USBNET_H
#define UPYOS_USBNET_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"

// Interface, endpoints and strings come after those of MicroPython's serial port (shared/tinyusb/tusb_config.h).
#define USBNET_ITF (2)
#define USBNET_EP_NOTIFY (0x83)
#define USBNET_EP_OUT (0x04)
#define USBNET_EP_IN (0x84)
#define USBNET_STR (5)
#define USBNET_STR_MAC (6)

// An Ethernet frame with 1500 bytes in it.
#define USBNET_FRAME_MAX (1514)

// The host's address: what it gives its end of the cable (usbnet_start sets it).
extern uint8_t tud_network_mac_address[6];

// netif.c
extern struct netif usbnet_netif;
void usbnet_start(void);
void usbnet_link(bool up);
void usbnet_drain(void);
bool usbnet_active(void);
void usbnet_set_active(bool active);
bool usbnet_announce(const char *service, uint16_t port);

// dhcp.c; all with lwIP locked
void usbnet_dhcp_start(struct netif *netif);
void usbnet_dhcp_forget(void);
const ip4_addr_t *usbnet_dhcp_lease(void);

// ncm.c
struct pbuf;
bool usbnet_ncm_ready(void);
bool usbnet_ncm_send(struct pbuf *frame);
void usbnet_ncm_carrier(bool up);

#endif
