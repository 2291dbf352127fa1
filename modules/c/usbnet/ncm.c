// SPDX-License-Identifier: MIT
// TinyUSB's class for CDC-NCM (USB Network Control Model 1.0), and what it lacks in 0.18:
//
// * a block of the host that is damaged costs it its only receive buffer, and with a damaged length it reads past it;
// * it says once that the cable is connected, and cannot say that it is not.
//
// The class is compiled in here, for its state is its own. MicroPython's build has it switched off, so it is no class of
// TinyUSB's table: usb.c registers the functions below.
#define CFG_TUD_NCM 1
#define CFG_TUD_NET_MTU USBNET_FRAME_MAX
// The least that a host may be given (NCM 1.0, table 6-3): it is more than one frame, and RAM is scarce.
#define CFG_TUD_NCM_OUT_NTB_MAX_SIZE 2048
#define CFG_TUD_NCM_IN_NTB_MAX_SIZE 2048

#include "usbnet.h"

#ifndef NO_QSTR
#include "class/net/ncm_device.c"
#include "lwip/pbuf.h"
#include "usb.h"

static bool carrier;
static bool carrier_told;

bool usbnet_ncm_ready(void) {
    return ncm_interface.itf_data_alt == 1 && tud_ready();
}

// Send a frame, or say that there is no room now. Main thread.
bool usbnet_ncm_send(struct pbuf *frame) {
    if (!tud_network_can_xmit(frame->tot_len)) {
        return false;
    }
    tud_network_xmit(frame, 0);
    return true;
}

uint16_t tud_network_xmit_cb(uint8_t *dst, void *ref, uint16_t arg) {
    struct pbuf *frame = ref;
    return pbuf_copy_partial(frame, dst, frame->tot_len, 0);
}

// Tell the host whether the cable is connected (CDC120, 6.3.1), if it does not know yet and the class is done with its own.
static void tell_carrier(uint8_t rhport) {
    if (!usbnet_ncm_ready() || ncm_interface.notification_xmit_state != NOTIFICATION_DONE
        || carrier == carrier_told || usbd_edpt_busy(rhport, ncm_interface.ep_notif)) {
        return;
    }
    ncm_epbuf.epnotif = (ncm_notify_t) {
        .header = {
            .bmRequestType = 0xa1,
            .bRequest = CDC_NOTIF_NETWORK_CONNECTION,
            .wValue = carrier,
            .wIndex = ncm_interface.itf_num,
        }
    };
    carrier_told = carrier;
    usbd_edpt_xfer(rhport, ncm_interface.ep_notif, (uint8_t *)&ncm_epbuf.epnotif, sizeof(ncm_epbuf.epnotif.header));
}

// Main thread.
void usbnet_ncm_carrier(bool up) {
    carrier = up;
    tell_carrier(ncm_interface.rhport);
}

// The class checks the rest; what it does not: that the table of datagrams ends inside the block, and has one.
static bool table_is_inside(const recv_ntb_t *ntb, uint32_t len) {
    if (len < sizeof(nth16_t) || ntb->nth.wNdpIndex + sizeof(ndp16_t) + sizeof(ndp16_datagram_t) > len) {
        return false;
    }
    const ndp16_t *ndp = (const ndp16_t *)(ntb->data + ntb->nth.wNdpIndex);
    const ndp16_datagram_t *first = (const ndp16_datagram_t *)(ndp + 1);
    return ntb->nth.wNdpIndex + ndp->wLength <= len && first->wDatagramIndex != 0 && first->wDatagramLength != 0;
}

// Both, in the order that never looks outside; the class looks again.
static bool is_sound(const recv_ntb_t *ntb, uint32_t len) {
    return table_is_inside(ntb, len) && recv_validate_datagram(ntb, len);
}

static void init(void) {
    netd_init();
    usbnet_start();
}

static void reset(uint8_t rhport) {
    netd_reset(rhport);
    carrier_told = true;
    usbnet_link(false);
}

static uint16_t open(uint8_t rhport, tusb_desc_interface_t const *itf, uint16_t max_len) {
    // The class takes whatever it is offered.
    if (itf->bInterfaceClass != TUSB_CLASS_CDC || itf->bInterfaceSubClass != CDC_COMM_SUBCLASS_NETWORK_CONTROL_MODEL) {
        return 0;
    }
    ncm_interface.rhport = rhport;
    return netd_open(rhport, itf, max_len);
}

static bool control(uint8_t rhport, uint8_t stage, tusb_control_request_t const *request) {
    bool sets = stage == CONTROL_STAGE_SETUP && request->bmRequestType_bit.type == TUSB_REQ_TYPE_STANDARD
        && request->bRequest == TUSB_REQ_SET_INTERFACE;
    if (sets && request->wValue == 1 && ncm_interface.notification_xmit_state == NOTIFICATION_DONE) {
        // A host that comes back is told anew.
        ncm_interface.notification_xmit_state = NOTIFICATION_SPEED;
        ncm_interface.notification_xmit_is_running = false;
    }
    if (!netd_control_xfer_cb(rhport, stage, request)) {
        return false;
    }
    if (sets) {
        carrier_told = true;
        usbnet_link(ncm_interface.itf_data_alt == 1);
    }
    return true;
}

static bool transferred(uint8_t rhport, uint8_t ep_addr, xfer_result_t result, uint32_t len) {
    recv_ntb_t *ntb = ncm_interface.recv_tinyusb_ntb;
    if (ep_addr == ncm_interface.ep_out && ntb != NULL && !is_sound(ntb, len)) {
        ncm_interface.recv_tinyusb_ntb = NULL;
        recv_put_ntb_into_free_list(ntb);
        tud_network_recv_renew_r(rhport);
        return true;
    }
    netd_xfer_cb(rhport, ep_addr, result, len);
    if (ep_addr == ncm_interface.ep_in) {
        usbnet_drain();
    } else if (ep_addr == ncm_interface.ep_notif) {
        tell_carrier(rhport);
    }
    return true;
}

const usbd_class_driver_t usbnet_class = {
    .init = init,
    .deinit = netd_deinit,
    .reset = reset,
    .open = open,
    .control_xfer_cb = control,
    .xfer_cb = transferred,
};
#endif
