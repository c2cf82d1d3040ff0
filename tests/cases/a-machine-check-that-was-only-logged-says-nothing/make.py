with open("dmesg.txt", "w") as log:
    for i in range(100):
        log.write("[%12.6f] mce: [Hardware Error]: Machine check events logged\n" % (327.68 * (i + 1)))
    log.write("[40000.000000] EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0)\n")
    log.write("[40001.000000] EDAC MC0: Giving out device to module skx_edac controller\n")
