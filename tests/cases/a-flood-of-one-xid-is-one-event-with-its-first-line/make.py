with open("dmesg.txt", "w", encoding="utf-8") as f:
    for i in range(500):
        f.write("[%12.6f] NVRM: Xid (PCI:0000:4b:00): 45, pid=700, name=python, Ch %08x\n" % (5000 + i * 0.01, i))
    # A minute and more later, on another GPU, or with another number: something new.
    f.write("[ 5100.000000] NVRM: Xid (PCI:0000:4b:00): 45, pid=800, name=python, Ch 00000000\n")
    f.write("[ 5100.000000] NVRM: Xid (PCI:0000:4c:00): 45, pid=800, name=python, Ch 00000000\n")
    f.write("[ 5100.000000] NVRM: Xid (PCI:0000:4b:00): 43, pid=800, name=python, Ch 00000000\n")
