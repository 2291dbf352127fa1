// SPDX-License-Identifier: MIT
#ifndef UPYOS_USBNET_USB_H
#define UPYOS_USBNET_USB_H

#include "tusb.h"
#include "device/usbd_pvt.h"

extern const usbd_class_driver_t usbnet_class;

#endif
