"""What a terminal, an error of old versions, and a Windows shell add to the same log."""
HEAD = "Device            r/s     w/s     rkB/s     wkB/s   rrqm/s   wrqm/s  %rrqm  %wrqm r_await w_await aqu-sz rareq-sz wareq-sz  svctm  %util"
REPORTS = [("10/27/27 10:00:00", "11.13 0.00 4.00 9.00 0.00 75.87", "3.37 2.19 45.57 35.13 0.11 1.23 3.16 36.00 14.02 13.11 0.07 13.52 16.04 4.01 2.23"),
           ("10/27/27 10:00:01", "36.45 0.00 3.55 8.00 0.00 52.00", "30.00 10.00 1800.00 40.00 1.00 5.00 3.23 33.33 4.00 12.00 0.24 60.00 4.00 5.00 20.00"),
           ("10/27/27 10:00:02", "38.45 0.00 3.55 8.00 0.00 50.00", "32.00 10.00 1900.00 40.00 1.00 5.00 3.03 33.33 4.00 12.00 0.24 59.38 4.00 5.00 24.00")]
PERCENT = [i for i, word in enumerate(HEAD.split()[1:]) if word[0] == "%"]


def log(value, name, end="\n"):
    lines = ["Linux 6.1.0-21-amd64 (loft7) \t10/27/27 \t_x86_64_\t(12 CPU)", ""]
    for stamp, cpu, disk in REPORTS:
        lines += [stamp, "avg-cpu:  %user   %nice %system %iowait  %steal   %idle",
                  "       " + "".join(value(word, True) for word in cpu.split()), "", HEAD,
                  name("sda") + "".join(value(word, i in PERCENT) for i, word in enumerate(disk.split())), ""]
    return "".join(line + end for line in lines).encode()


def plain(word, percent):
    return word.rjust(9)


def coloured(word, percent):
    return "\x1b[%d;%dm%9s\x1b[0m" % (31 if percent else 34, 22 if word == "0.00" else 1, word)


def with_nul(word, percent):
    return word.rjust(9) + ("\0" if percent else "")


def bright(name):
    return "\x1b[32;22m%-13s\x1b[0m" % name


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)


write("colour.log", log(coloured, bright))
write("pty.log", log(coloured, bright, "\r\n"))
write("script.log", b'Script started on 2027-10-27 10:00:00+00:00 [COMMAND="iostat -xt 1" <not executed on terminal>]\n'
      + log(coloured, bright, "\r\n") + b"\nScript done on 2027-10-27 10:00:03+00:00 [COMMAND_EXIT_CODE=\"0\"]\n")
write("nul.log", log(with_nul, str))
write("powershell.log", b"\xff\xfe" + log(plain, str, "\r\n").decode().encode("utf-16-le"))
