# SPDX-License-Identifier: MIT
"""The FTP service under the name that the README's example has."""

import uftpdserver


class FtpTiny:
    """`ftp = ftptiny.FtpTiny(); ftp.start()`"""

    def start(self):
        """Start the service."""
        uftpdserver.start()

    def stop(self):
        """Stop it."""
        uftpdserver.stop()
