// SPDX-License-Identifier: MIT
// network.USBD_NCM, named and used as that of later MicroPython versions.
#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "usbnet.h"

typedef struct {
    mp_obj_base_t base;
} nic_t;

extern const mp_obj_type_t usbnet_nic_type;
static const nic_t nic = {{&usbnet_nic_type}};

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&nic);
}

static mp_obj_t nic_active(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return mp_obj_new_bool(usbnet_active());
    }
    usbnet_set_active(mp_obj_is_true(args[1]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(nic_active_obj, 1, 2, nic_active);

static mp_obj_t nic_isconnected(mp_obj_t self) {
    return mp_obj_new_bool(netif_is_link_up(&usbnet_netif));
}
static MP_DEFINE_CONST_FUN_OBJ_1(nic_isconnected_obj, nic_isconnected);

static mp_obj_t nic_status(mp_obj_t self) {
    return MP_OBJ_NEW_SMALL_INT(netif_is_link_up(&usbnet_netif));
}
static MP_DEFINE_CONST_FUN_OBJ_1(nic_status_obj, nic_status);

static mp_obj_t nic_ifconfig(size_t n_args, const mp_obj_t *args) {
    return mod_network_nic_ifconfig(&usbnet_netif, n_args - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(nic_ifconfig_obj, 1, 2, nic_ifconfig);

static mp_obj_t nic_ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    return mod_network_nic_ipconfig(&usbnet_netif, n_args - 1, args + 1, kwargs);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(nic_ipconfig_obj, 1, nic_ipconfig);

// config("mac"): of the board; config("host"): the address that the host was given, or None.
static mp_obj_t nic_config(mp_obj_t self, mp_obj_t key) {
    switch (mp_obj_str_get_qstr(key)) {
        case MP_QSTR_mac:
            return mp_obj_new_bytes(usbnet_netif.hwaddr, 6);
        case MP_QSTR_host: {
            const ip4_addr_t *lease = usbnet_dhcp_lease();
            if (lease == NULL) {
                return mp_const_none;
            }
            char text[16];
            ip4addr_ntoa_r(lease, text, sizeof(text));
            return mp_obj_new_str_from_cstr(text);
        }
        default:
            mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
    }
}
static MP_DEFINE_CONST_FUN_OBJ_2(nic_config_obj, nic_config);

// announce("_http", port): the host finds that service at the board by mDNS; port 0: no longer.
static mp_obj_t nic_announce(mp_obj_t self, mp_obj_t service, mp_obj_t port) {
    mp_int_t number = mp_obj_get_int(port);
    if (number < 0 || number > 0xffff) {
        mp_raise_ValueError(NULL);
    }
    if (!usbnet_announce(mp_obj_str_get_str(service), number)) {
        mp_raise_OSError(MP_ENOMEM);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(nic_announce_obj, nic_announce);

static const mp_rom_map_elem_t locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&nic_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&nic_isconnected_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&nic_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&nic_ifconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&nic_ipconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&nic_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_announce), MP_ROM_PTR(&nic_announce_obj) },
};
static MP_DEFINE_CONST_DICT(locals, locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    usbnet_nic_type,
    MP_QSTR_USBD_NCM,
    MP_TYPE_FLAG_NONE,
    make_new, make_new,
    locals_dict, &locals
    );
