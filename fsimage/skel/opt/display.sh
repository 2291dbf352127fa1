# Example: an SSD1306 on SPI. Give it your pins, and call it from /local/init.sh. On I2C:
#   > from machine import Pin, I2C
#   > sdata.d0 = ssd1306.SSD1306_I2C(128, 64, I2C(0, scl=Pin(5), sda=Pin(4)))
# Pico: 10 SCK, 11 MOSI, 20 DC, 21 RES, 13 CS

> from machine import Pin, SPI
> import ssd1306
> sdata.d0 = ssd1306.SSD1306_SPI(128, 64, SPI(1), Pin(20), Pin(21), Pin(13))
> d0 = sdata.d0
> d0.fill(0)
> d0.text(sdata.name + " " + sdata.version, 0, 0, 1)
> d0.line(0, 15, 127, 15, 1)
> d0.text("Ready", 0, 20, 1)
> d0.show()
# A program that keeps it up to date:
#/opt/display_clock &
