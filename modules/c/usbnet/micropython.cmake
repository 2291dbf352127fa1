# SPDX-License-Identifier: MIT
# A network over the USB cable; for boards whose board.toml says usbnet = true.
add_library(usermod_usbnet INTERFACE)
set(USBNET_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/dhcp.c
    ${CMAKE_CURRENT_LIST_DIR}/ncm.c
    ${CMAKE_CURRENT_LIST_DIR}/netif.c
    ${CMAKE_CURRENT_LIST_DIR}/nic.c
    ${CMAKE_CURRENT_LIST_DIR}/usb.c
)
target_sources(usermod_usbnet INTERFACE ${USBNET_SOURCES})
target_include_directories(usermod_usbnet INTERFACE ${CMAKE_CURRENT_LIST_DIR})
set_source_files_properties(${USBNET_SOURCES} PROPERTIES COMPILE_OPTIONS "-Wall;-Werror")
# Our lwipopts.h comes before the port's: folders of -iquote are searched first for what is included in quotes.
target_compile_options(usermod_usbnet INTERFACE "SHELL:-iquote ${CMAKE_CURRENT_LIST_DIR}/lwip")
target_link_options(usermod_usbnet INTERFACE
    # Where usb.c adds to what MicroPython tells the host about the device.
    "LINKER:--wrap=tud_descriptor_configuration_cb"
    "LINKER:--wrap=tud_descriptor_string_cb"
    "LINKER:--wrap=usbd_app_driver_get_cb"
    # A soft reset stops lwIP's timer; netif.c starts it again.
    "LINKER:--wrap=mod_network_lwip_init")
target_link_libraries(usermod INTERFACE usermod_usbnet)
