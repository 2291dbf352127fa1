// SPDX-License-Identifier: MIT
// What the host is told of the network beside MicroPython's serial port, and the class in TinyUSB's table.
//
// A program that defines its own device with machine.USBDevice replaces the descriptors: while it runs there is no network.
#include "py/mphal.h"
#include "usbnet.h"

#ifndef NO_QSTR
#include "mp_usbd.h"
#include "class/net/net_device.h"
#include "usb.h"

#if !CFG_TUD_CDC || CFG_TUD_MSC
#error "the serial port alone is expected beside the network"
#endif

#define INTERFACES (4)
#define DESC_LEN (TUD_CONFIG_DESC_LEN + TUD_CDC_DESC_LEN + TUD_CDC_NCM_DESC_LEN)
#define CDC_NOTIFY_SIZE (8)
#define NOTIFY_SIZE (64)
#define BULK_SIZE (64)

// MicroPython's own (shared/tinyusb/mp_usbd_descriptor.c), and the network behind it.
static const uint8_t both[DESC_LEN] = {
    TUD_CONFIG_DESCRIPTOR(1, INTERFACES, USBD_STR_0, DESC_LEN, 0, USBD_MAX_POWER_MA),
    TUD_CDC_DESCRIPTOR(USBD_ITF_CDC, USBD_STR_CDC, USBD_CDC_EP_CMD, CDC_NOTIFY_SIZE,
        USBD_CDC_EP_OUT, USBD_CDC_EP_IN, BULK_SIZE),
    TUD_CDC_NCM_DESCRIPTOR(USBNET_ITF, USBNET_STR, USBNET_STR_MAC, USBNET_EP_NOTIFY, NOTIFY_SIZE,
        USBNET_EP_OUT, USBNET_EP_IN, BULK_SIZE, USBNET_FRAME_MAX),
};

const uint8_t *__real_tud_descriptor_configuration_cb(uint8_t index);

const uint8_t *__wrap_tud_descriptor_configuration_cb(uint8_t index) {
    const uint8_t *own = __real_tud_descriptor_configuration_cb(index);
    return own == mp_usbd_builtin_desc_cfg ? both : own;
}

const uint16_t *__real_tud_descriptor_string_cb(uint8_t index, uint16_t langid);

const uint16_t *__wrap_tud_descriptor_string_cb(uint8_t index, uint16_t langid) {
    static uint16_t wide[16];
    const uint16_t *text = __real_tud_descriptor_string_cb(index, langid);
    if (text != NULL || (index != USBNET_STR && index != USBNET_STR_MAC)) {
        return text;
    }
    char mac[2 * 6 + 1];
    mp_usbd_hex_str(mac, tud_network_mac_address, 6);
    const char *narrow = index == USBNET_STR_MAC ? mac : "upyOS network";
    size_t len = strlen(narrow);
    for (size_t i = 0; i < len; i++) {
        wide[1 + i] = narrow[i];
    }
    wide[0] = TUSB_DESC_STRING << 8 | (2 + 2 * len);
    return wide;
}

usbd_class_driver_t const *__real_usbd_app_driver_get_cb(uint8_t *driver_count);

// MicroPython's class for devices of programs comes first: it leaves to others what such a program has not claimed.
usbd_class_driver_t const *__wrap_usbd_app_driver_get_cb(uint8_t *driver_count) {
    static usbd_class_driver_t classes[2];
    classes[0] = *__real_usbd_app_driver_get_cb(driver_count);
    classes[1] = usbnet_class;
    *driver_count = 2;
    return classes;
}
#endif
