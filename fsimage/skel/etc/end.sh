# Runs at exit and reboot: stop what is running, then switch wifi off.

test -p uhttpd > 0
if $0 == True uhttpd stop
test -p uftpd > 0
if $0 == True uftpd stop
test -p utelnetd > 0
if $0 == True utelnetd stop
unset 0

# $wa and $wc are there once wifi was used
if $wa != "" wifi sta status -n
if $wc == True wifi sta disconnect -n
if $wa == True wifi sta off
