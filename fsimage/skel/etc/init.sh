# Runs at every start. Ctrl-C stops it; a line that fails does not keep the rest from running.
# Your own start-up is best put into /local/init.sh, which no upgrade touches.

cat /etc/welcome.txt
uptime

# Another board description:
#loadboard /etc/boards/my.board

# Wifi and what needs it:
#wifi sta on
#wifi sta connect SSID PASSWORD 10
#wifi sta status -n
#if $wc == False goto local
#ntpupdate pool.ntp.org
#utelnetd start
#uftpd start
#uhttpd start

:local
test -f /local/init.sh && sh /local/init.sh
