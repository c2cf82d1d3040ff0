def error(log, at, middle):
    port = "pcieport 0000:00:1c.5: "
    log.write("[%12.6f] %sAER: Corrected error message received from 0000:00:1c.5\n" % (at, port))
    # Some kernels leave the word out of the middle lines.
    log.write("[%12.6f] %s%sPCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)\n"
              % (at, port, middle))
    log.write("[%12.6f] %s%s  device [8086:a115] error status/mask=00001000/00002000\n" % (at, port, middle))
    log.write("[%12.6f] %s%s   [12] Timeout\n" % (at, port, middle))


with open("few.txt", "w") as log:
    log.write("[    1.000000] pcieport 0000:00:1c.5: AER: enabled with IRQ 122\n")
    for i in range(4):
        error(log, 1000 + 1500 * i, "AER: " if i % 2 else "")
with open("storm.txt", "w") as log:
    for i in range(240):
        error(log, 1000 + 120 / 239 * i, "")
with open("lost.txt", "w") as log:
    log.write("[ 1000.000000] pcieport 0000:00:1c.6: AER: PCIe Bus Error: severity=Uncorrected (Fatal), "
              "type=Transaction Layer, (Receiver ID)\n")
    log.write("[ 1000.000001] pcieport 0000:00:1c.6:   device [8086:a115] error status/mask=00040000/00000000\n")
