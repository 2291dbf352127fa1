# Wi-Fi, the time and the services: sh /etc/wifi.sh SSID PASSWORD
# A line in /local/init.sh runs it at every start. /etc/end.sh stops all of it.

wifi sta on
wifi sta connect "$1" "$2" 10

wifi sta status -n
if $wa == False goto exit # switched on
if $wc == False goto exit # connected

ntpupdate pool.ntp.org
date

wifi sta ifconfig

utelnetd start
uftpd start
uhttpd start &

:exit
