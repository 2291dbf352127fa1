# SPDX-License-Identifier: MIT
# TLS of services, on boards that have it.
package("upyos/tls", base_path="../../modules", opt=3)
