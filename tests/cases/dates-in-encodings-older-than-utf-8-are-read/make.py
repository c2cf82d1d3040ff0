"""Hosts without a UTF-8 locale print dates in the encoding of their country; nothing in the file names it."""


def io_log(name, encoding, banner, stamp, hour):
    rows = ["Linux 5.10.0-19 (n7) \t%s\t_x86_64_\t(4 CPU)\n" % banner]
    for i in range(4):
        rows.append("\n%s\n" % (stamp % (hour, i)))
        rows.append("Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await"
                    " wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz  aqu-sz  %util\n")
        rows.append("sda            120.00   4800.00     0.00   0.00    5.00    40.00    1.00      4.00     0.00   0.00    1.00"
                    "     4.00    0.00      0.00     0.00   0.00    0.00     0.00    0.60  %d.00\n" % (40 + i))
    with open(name, "w", encoding=encoding) as f:
        f.write("".join(rows))


io_log("chinese.log", "gb18030", "2026年11月23日", "2026年11月23日 %d时44分0%d秒", 19)
io_log("taiwan.log", "big5", "2026年11月23日", "2026年11月23日 %d時44分0%d秒", 19)
io_log("japanese.log", "cp932", "2026年11月23日", "2026年11月23日 %d時44分0%d秒", 20)
io_log("japanese-euc.log", "euc-jp", "2026年11月23日", "2026年11月23日 %d時44分0%d秒", 20)
io_log("korean.log", "cp949", "2026년 11월 23일", "2026년 11월 23일 %d시 44분 0%d초", 20)
with open("french.log", "w", encoding="latin-1") as f:
    for i in range(3):
        f.write("lun. 23 févr. 2026 12:47:0%d CET\n" % i)
        f.write("              total        used        free      shared  buff/cache   available\n"
                "Mem:          15000        %d        1000           0        1000        9000\n"
                "Swap:             0           0           0\n" % (5000 + i))
