// SPDX-License-Identifier: MIT
//
// interfaces(): the network of the host, on unix.

#if defined(__unix__)

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "py/runtime.h"
#include "upyos.h"

static mp_obj_t upyos_address(const struct sockaddr *place) {
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &((const struct sockaddr_in *)place)->sin_addr, text, sizeof(text));
    return mp_obj_new_str(text, strlen(text));
}

// interfaces() -> list of (name, address, mask) of those that are up and have an IPv4 address
static mp_obj_t upyos_interfaces(void) {
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0) {
        mp_raise_OSError(errno);
    }
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_netmask == NULL || one->ifa_addr->sa_family != AF_INET
            || (one->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        mp_obj_t items[] = {
            mp_obj_new_str(one->ifa_name, strlen(one->ifa_name)), upyos_address(one->ifa_addr), upyos_address(one->ifa_netmask),
        };
        mp_obj_list_append(list, mp_obj_new_tuple(3, items));
    }
    freeifaddrs(all);
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_interfaces_obj, upyos_interfaces);

#endif
