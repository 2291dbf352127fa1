# Runs at every start. Ctrl-C stops it; a line that fails does not keep the rest from running.
# Your own start-up is best put into /local/init.sh, which no upgrade touches.

cat /etc/welcome.txt
uptime

# Another board description:
#loadboard /etc/boards/my.board

# Wi-Fi, the time and the services, on a board with a radio; or put this line into /local/init.sh:
#sh /etc/wifi.sh SSID PASSWORD

:local
test -f /local/init.sh && sh /local/init.sh
