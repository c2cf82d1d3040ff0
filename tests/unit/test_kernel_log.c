#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "tests/unit/parsed.h"

static void assert_time(millis at, const char *iso) {
    struct arena *arena = arena_new();
    assert_string_equal(when_iso(arena, at, false, ""), iso);
    arena_free(arena);
}

static void xids_in_every_form(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[   17.100000] NVRM: Xid (PCI:0000:0c:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.\n"
        "[   17.100001] NVRM: Xid (PCI:0000:03:00): 13, pid=10635, Graphics SM Warp Exception\n"
        "[   17.100002] NVRM: Xid (PCI:0000:02:00): 62, 22262696 6f33dd93\n"
        "[   17.100003] NVRM: Xid (0000:01:00): 31, Ch 0000000b, engmask 00000101\n"
        "[   17.100004] NVRM: Xid (PCI:0000:01:00 GPU-I:05): 94, pid=7194, Contained: CE User Channel (0x9)\n"
        "[   17.100005] nvidia-nvswitch1: SXid (PCI:0000:06:00.0): 20034, Fatal, Link 30 LTSSM Fault Up\n"
        "[   17.100006] NVRM: GPU 0000:0c:00.0: GPU has fallen off the bus.\n"
        "[   17.100007] NVRM: GPU 0000:0c:00.0: RmInitAdapter failed! (0x62:0x65:1941)\n");
    assert_string_equal(log.source->format, "kernel-log");
    const double codes[] = {79, 13, 62, 31, 94};
    const char *const buses[] = {"0000:0c:00", "0000:03:00", "0000:02:00", "0000:01:00", "0000:01:00"};
    assert_int_equal(parsed_events(&log, EVENT_XID), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct event *event = parsed_event(&log, EVENT_XID, i);
        assert_float_equal(event->value, codes[i], 0);
        assert_string_equal(event->entity, buses[i]);
        assert_int_equal(event->line, i + 1);
        assert_int_equal(event->time, 17100);
    }
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 1);
    // An SXid and a failed start are no Xids.
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 2);
    assert_float_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->value, 20034, 0);
    assert_int_equal(log.source->clock, CLOCK_BOOT);
    parsed_free(&log);
    // Where each line has a stamp of its own.
    log = parsed_text(
        "[ 1843.308145] NVRM: The NVIDIA GPU 0000:b3:00.0 (PCI ID: 10de:26b5)\n"
        "[ 1843.308146] NVRM: installed in this system has\n"
        "[ 1843.308147] NVRM: fallen off the bus and is not responding to commands.\n"
        "[ 1844.308145] NVRM: The NVIDIA GPU 0000:b4:00.0 (PCI ID: 10de:26b5)\n"
        "[ 1844.308146] NVRM: installed in this system is not supported by the driver.\n"
        "[ 1845.308145] usb 1-1: new device\n"
        "[ 1850.308147] NVRM: fallen off the bus and is not responding to commands.\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 2);
    assert_string_equal(parsed_event(&log, EVENT_GPU_LOST, 0)->entity, "0000:b3:00.0");
    assert_string_equal(parsed_event(&log, EVENT_GPU_LOST, 1)->entity, "");
    parsed_free(&log);
}

static void each_layout_of_stamps(void **state) {
    (void)state;
    static const struct {
        const char *line, *iso, *host;
        enum clock_basis clock;
    } cases[] = {
        {"[248185.356943] NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-03T20:56:25.356", "", CLOCK_BOOT},
        {"<4>[  201.650687] NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:03:21.650", "", CLOCK_BOOT},
        {"[  333.338334] [     T10] NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:05:33.338", "", CLOCK_BOOT},
        {"[   22.636732] kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:00:22.636", "", CLOCK_BOOT},
        {"kernel: [   22.636732] NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:00:22.636", "", CLOCK_BOOT},
        {"6,3964,206764307,-;NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:03:26.764", "", CLOCK_BOOT},
        {"[Sun Feb 23 16:24:18 2025] NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-02-23T16:24:18", "", CLOCK_LOCAL},
        {"kern  :warn  : 2025-01-21T04:41:44,283302+01:00 NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-01-21T03:41:44.283",
         "", CLOCK_ZONED},
        {"[ 1843.308145 <    0.131517>] NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:30:43.308", "", CLOCK_BOOT},
        {"[Sun Feb 23 16:24:18 2025 <    0.131517>] NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-02-23T16:24:18", "",
         CLOCK_LOCAL},
        {"[<    0.131517>] NVRM: Xid (PCI:0000:0c:00): 79, x", "", "", CLOCK_NONE},
        {"2025-01-21T04:41:44,283302+01:00 NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-01-21T03:41:44.283", "",
         CLOCK_ZONED},
        {"2025-07-13T05:57:55.113832+08:00 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-07-12T21:57:55.113",
         "gpu7", CLOCK_ZONED},
        {"2025-07-13T05:57:55+0800 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "2025-07-12T21:57:55", "gpu7",
         CLOCK_ZONED},
        {"Mon 2024-05-06 07:08:00 CEST gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "2024-05-06T07:08:00", "gpu7",
         CLOCK_LOCAL},
        {"Mon 2024-05-06 07:08:00 -03 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "2024-05-06T10:08:00", "gpu7",
         CLOCK_ZONED},
        {"1714972080.123456 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "2024-05-06T05:08:00.123", "gpu7",
         CLOCK_ZONED},
        {"[   22.636732] gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x", "1970-01-01T00:00:22.636", "gpu7",
         CLOCK_BOOT},
        {"<3>1 2024-05-06T07:08:00.123456+02:00 gpu7 kernel - - - NVRM: Xid (PCI:0000:0c:00): 79, x",
         "2024-05-06T05:08:00.123", "gpu7", CLOCK_ZONED},
        {"<134>1 2024-05-06T07:08:00Z - kernel - - [a@1 b=\"c \\\"] d\"][e] \xef\xbb\xbf[   22.636732] NVRM: Xid "
         "(PCI:0000:0c:00): 79, x",
         "2024-05-06T07:08:00", "", CLOCK_ZONED},
        {"\"2025-11-10 01:42:51\",\"notice\",\"user\",\"\",\"gpu7\",\"[4043499.402974] NVRM: Xid (PCI:0000:0c:00): 79, "
         "x\"",
         "2025-11-10T01:42:51", "gpu7", CLOCK_LOCAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed log = parsed_text(cases[i].line);
        assert_non_null(log.source->format);
        const struct event *event = parsed_event(&log, EVENT_XID, 0);
        assert_non_null(event);
        assert_time(event->time, cases[i].iso);
        assert_string_equal(log.source->host, cases[i].host);
        assert_int_equal(log.source->clock, cases[i].clock);
        parsed_free(&log);
    }
}

#define SYSLOG_YEARLESS                                                                                             \
    "Dec 31 23:59:50 gpu7 kernel: [ 5000.000000] NVRM: Xid (PCI:0000:0c:00): 43, pid=1, name=python, Ch 00000010\n" \
    "Jan  1 00:03:10 gpu7 kernel: [ 5200.000000] NVRM: Xid (PCI:0000:0c:00): 79, pid=1, name=python, x\n"

static void a_missing_year_is_taken_from_the_file(void **state) {
    (void)state;
    // Changed on 2024-01-02: the last line is of 2024, the one before New Year of 2023.
    struct parsed log = parsed_bytes(SYSLOG_YEARLESS, strlen(SYSLOG_YEARLESS), INT64_C(1704153600000));
    assert_time(parsed_event(&log, EVENT_XID, 0)->time, "2023-12-31T23:59:50");
    assert_time(parsed_event(&log, EVENT_XID, 1)->time, "2024-01-01T00:03:10");
    assert_true(log.source->year_assumed);
    parsed_free(&log);
    log = parsed_text(SYSLOG_YEARLESS);
    assert_true(log.source->year_assumed);
    assert_non_null(strstr(log.source->clock_note, "no year"));
    // Without any year the order still holds.
    assert_true(parsed_event(&log, EVENT_XID, 0)->time < parsed_event(&log, EVENT_XID, 1)->time);
    parsed_free(&log);
    log = parsed_text(
        "2021-03-01T10:00:00+00:00 gpu7 kernel: usb 1-1: new device\n"
        "Mar  1 12:00:00 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x\n");
    assert_time(parsed_event(&log, EVENT_XID, 0)->time, "2021-03-01T12:00:00");
    assert_false(log.source->year_assumed);
    parsed_free(&log);
}

static void the_heading_of_journalctl_tells_the_year(void **state) {
    (void)state;
    // Changed on 2024-01-02, long after the journal was printed.
    const millis changed = INT64_C(1704153600000);
    static const struct {
        const char *heading, *iso;
        bool assumed;
    } cases[] = {
        {"-- Logs begin at Mon 2018-02-19 05:30:10 EST, end at Mon 2018-02-19 13:26:24 EST. --", "2018-02-19T06:01:45",
         false},
        {"-- Journal begins at Sat 2020-10-03 05:30:10 CEST, ends at Wed 2021-02-24 13:26:24 CET. --",
         "2021-02-19T06:01:45", false},
        // The journal goes through two Februaries: the later one is likely.
        {"-- Logs begin at Sun 2017-01-01 05:30:10 UTC, end at Thu 2018-03-01 13:26:24 UTC. --", "2018-02-19T06:01:45",
         true},
        // The line cannot be of this journal.
        {"-- Logs begin at Sun 2018-07-01 05:30:10 UTC, end at Wed 2018-08-01 13:26:24 UTC. --", "2023-02-19T06:01:45",
         true},
        {"-- Logs begin at some time, end at another. --", "2023-02-19T06:01:45", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "%s\nFeb 19 06:01:45 gpu7 kernel: NVRM: Xid (PCI:0000:0c:00): 79, x\n"
                 "Feb 19 06:01:46 gpu7 kernel: usb 1-1: new device\n",
                 cases[i].heading);
        struct parsed log = parsed_bytes(text, strlen(text), changed);
        assert_time(parsed_event(&log, EVENT_XID, 0)->time, cases[i].iso);
        assert_int_equal(log.source->year_assumed, cases[i].assumed);
        parsed_free(&log);
    }
}

static void steps_are_counted_from_the_minute(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[  +0.000844] NVRM: Xid (PCI:0000:0c:00): 31, x\n"
        "[May 6 07:08] usb 1-1: new device\n"
        "[  +1.500000] NVRM: Xid (PCI:0000:0d:00): 31, x\n"
        "[ +20.250000] NVRM: Xid (PCI:0000:0e:00): 31, x\n"
        "[Jun26 19:24] NVRM: Xid (PCI:0000:0f:00): 31, x\n"
        // What began the minute of these was cut out.
        "[ +50.000000] usb 1-1: new device\n"
        "[ +50.000000] NVRM: Xid (PCI:0000:10:00): 31, x\n"
        "[  +0.000001] NVRM: Xid (PCI:0000:11:00): 31, x\n");
    assert_string_equal(log.source->format, "kernel-log");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(log.source->samples, 8);
    const char *const times[] = {"", "1972-05-06T07:08:01.500", "1972-05-06T07:08:21.750", "1972-06-26T19:24:00", "",
                                 ""};
    for (size_t i = 0; i < 6; i++) assert_time(parsed_event(&log, EVENT_XID, i)->time, times[i]);
    parsed_free(&log);
}

static void the_boot_is_dated_by_a_late_line(void **state) {
    (void)state;
    // rsyslog stamps the first 40 s with the second it began itself; the line at 400 s is right.
    struct parsed log = parsed_text(
        "2025-02-12T14:53:38+00:00 gpu7 kernel: [    2.000000] ata1: hard resetting link\n"
        "2025-02-12T14:53:38+00:00 gpu7 kernel: [    4.000000] ata1: EH complete\n"
        "2025-02-12T14:59:40+00:00 gpu7 kernel: [  400.000000] usb 1-1: new device\n");
    assert_time(parsed_event(&log, EVENT_LINK_RESET, 0)->time, "2025-02-12T14:53:02");
    parsed_free(&log);
}

static void an_uptime_that_falls_is_a_reboot(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Sep  8 07:55:37 red1 kernel: [350941.516160] usb 1-1: new device\n"
        "Sep  8 12:30:56 red1 kernel: [   19.902876] usb 1-1: new device\n");
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 1);
    assert_int_equal(parsed_event(&log, EVENT_REBOOT, 0)->line, 2);
    parsed_free(&log);
    // The boot before, of the old year, pasted behind.
    log = parsed_text(
        "Jan  5 07:55:37 red1 kernel: [350941.516160] usb 1-1: new device\n"
        "Dec 30 12:30:56 red1 kernel: [   19.902876] usb 1-1: new device\n");
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 0);
    parsed_free(&log);
}

static void dmesg_behind_kern_log_counts_once(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Sep  8 07:55:37 red1 kernel: [ 1000.000001] Out of memory: Killed process 7 (python) total-vm:1kB\n"
        "Sep  8 07:57:37 red1 kernel: [ 1120.000001] usb 1-1: new device\n"
        "[ 1000.000001] Out of memory: Killed process 7 (python) total-vm:1kB\n"
        "[ 1120.000001] usb 1-1: new device\n"
        "[ 1180.000001] Out of memory: Killed process 8 (python) total-vm:1kB\n");
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 0);
    assert_int_equal(parsed_events(&log, EVENT_OOM_KILL), 2);
    // What only dmesg tells is dated by the lines that print both clocks.
    const struct event *second = parsed_event(&log, EVENT_OOM_KILL, 1);
    assert_float_equal(second->value, 8, 0);
    assert_int_equal(second->time - parsed_event(&log, EVENT_OOM_KILL, 0)->time, 180000);
    parsed_free(&log);
}

static void one_ata_incident_from_many_lines(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[    1.000000] ata3.00: ATA-9: MAKER DISK 4TB, FW01, max UDMA/133\n"
        "[    1.100000] scsi 2:0:0:0: Direct-Access     ATA      MAKER DISK 4TB   FW01 PQ: 0 ANSI: 5\n"
        "[    1.200000] sd 2:0:0:0: [sdc] 7814037168 512-byte logical blocks\n"
        "[  900.000000] ata3.00: exception Emask 0x0 SAct 0x100 SErr 0x0 action 0x6 frozen\n"
        "[  900.000010] ata3.00: failed command: READ FPDMA QUEUED\n"
        "[  900.000020] ata3.00: cmd 60/08:a0:d8:c3:84/00:00:0a:00:00/40 tag 20 ncq dma 4096 in\n"
        "[  900.000020]          res 41/40:00:d8:c3:84/00:00:0a:00:00/40 Emask 0x409 (media error) <F>\n"
        "[  900.000030] ata3.00: status: { DRDY ERR }\n"
        "[  900.000040] ata3.00: error: { UNC }\n"
        "[  900.000050] ata3.00: failed command: READ FPDMA QUEUED\n"
        "[  900.100000] ata3: hard resetting link\n"
        "[  907.000000] ata3: SATA link up 6.0 Gbps (SStatus 133 SControl 300)\n"
        "[  912.500000] ata3: EH complete\n");
    assert_int_equal(log.source->event_count, 1);
    const struct event *event = &log.source->events[0];
    assert_int_equal(event->kind, EVENT_IO_ERROR);
    assert_string_equal(event->entity, "sdc");
    assert_float_equal(event->value, 12.5, 1e-6);
    assert_int_equal(event->line, 4);
    assert_non_null(strstr(event->text, "2 failed commands, the first READ FPDMA QUEUED (media error) { UNC }"));
    assert_non_null(strstr(event->text, "1 link resets"));
    parsed_free(&log);
}

static void a_port_is_not_a_disk_without_proof(void **state) {
    (void)state;
    // ata3 holds another model than the disk at SCSI host 2: behind an HBA the numbers do not match.
    struct parsed log = parsed_text(
        "[    1.000000] ata3.00: ATA-9: OTHER DISK 8TB, FW01, max UDMA/133\n"
        "[    1.100000] scsi 2:0:0:0: Direct-Access     ATA      MAKER DISK 4TB   FW01 PQ: 0 ANSI: 5\n"
        "[    1.200000] sd 2:0:0:0: [sdc] 7814037168 512-byte logical blocks\n"
        "[  900.000000] ata3.00: exception Emask 0x10 SAct 0x0 SErr 0x400100 action 0x6 frozen\n"
        "[  900.000010] ata3: SError: { UnrecovData Handshk }\n"
        "[  900.000020] ata3: limiting SATA link speed to 3.0 Gbps\n"
        "[  901.000000] ata3: EH complete\n");
    const struct event *event = parsed_event(&log, EVENT_LINK_RESET, 0);
    assert_non_null(event);
    assert_string_equal(event->entity, "ata3");
    assert_non_null(strstr(event->text, "link speed lowered"));
    parsed_free(&log);
}

static void five_wordings_of_an_io_error(void **state) {
    (void)state;
    static const char *const lines[] = {
        "end_request: I/O error, dev sdb, sector 100",
        "blk_update_request: I/O error, dev sdb, sector 100",
        "print_req_error: I/O error, dev sdb, sector 100",
        "blk_update_request: critical medium error, dev sdb, sector 100 op 0x0:(READ) flags 0x0 phys_seg 1",
        "I/O error, dev sdb, sector 100 op 0x1:(WRITE) flags 0x0 phys_seg 16 prio class 0",
        "Buffer I/O error on dev sdb1, logical block 12, async page read",
        "sd 1:0:0:0: [sdb] tag#9 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE cmd_age=2s",
        "md/raid:md16: read error corrected (8 sectors at 99 on sdb6)",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[300];
        snprintf(line, sizeof line, "[  100.000000] %s\n", lines[i]);
        struct parsed log = parsed_text(line);
        const struct event *event = parsed_event(&log, EVENT_IO_ERROR, 0);
        assert_non_null(event);
        assert_string_equal(event->entity, "sdb");
        assert_string_equal(event->text, lines[i]);
        parsed_free(&log);
    }
}

static void a_flood_is_one_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[  100.000000] I/O error, dev sdb, sector 1\n"
        "[  101.000000] I/O error, dev sdb, sector 2\n"
        "[  101.500000] I/O error, dev sdc, sector 2\n"
        "[  102.000000] I/O error, dev sdb, sector 3\n"
        "[  200.000000] I/O error, dev sdb, sector 4\n");
    assert_int_equal(parsed_events(&log, EVENT_IO_ERROR), 3);
    assert_string_equal(parsed_event(&log, EVENT_IO_ERROR, 0)->text,
                        "I/O error, dev sdb, sector 1 (3 such lines within 2 s)");
    assert_string_equal(parsed_event(&log, EVENT_IO_ERROR, 1)->entity, "sdc");
    assert_int_equal(parsed_event(&log, EVENT_IO_ERROR, 2)->time, 200000);
    parsed_free(&log);
}

static void one_rule_for_each_kind(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum event_kind kind;
        const char *entity;
        double value;
    } cases[] = {
        {"nvme nvme0: I/O 852 QID 15 timeout, aborting", EVENT_LINK_RESET, "nvme0", NAN},
        {"nvme nvme0: I/O tag 2 (a002) opcode 0x2 (I/O Cmd) QID 2 timeout, reset controller", EVENT_LINK_RESET, "nvme0",
         NAN},
        {"nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0x10", EVENT_LINK_RESET, "nvme0",
         NAN},
        {"nvme nvme0: I/O 7 QID 3 timeout, completion polled", EVENT_NOTE, "nvme0", NAN},
        {"nvme0n1: I/O Cmd(0x2) @ LBA 0, 8 blocks, I/O Error (sct 0x2 / sc 0x81)", EVENT_IO_ERROR, "nvme0n1", NAN},
        {"EXT4-fs error (device sdb7): ext4_lookup:1: inode #2", EVENT_FS_ERROR, "sdb", NAN},
        {"Aborting journal on device dm-1-8.", EVENT_FS_ERROR, "dm-1", NAN},
        {"XFS (dm-4): Metadata corruption detected at xfs_inode_buf_verify", EVENT_FS_ERROR, "dm-4", NAN},
        {"Out of memory: Killed process 4711 (python) total-vm:1kB, anon-rss:2kB", EVENT_OOM_KILL, "host", 4711},
        {"Memory cgroup out of memory: Killed process 12 (python) total-vm:1kB", EVENT_OOM_KILL, "host", 12},
        {"pcieport 0000:00:1c.5: PCIe Bus Error: severity=Corrected, type=Data Link Layer", EVENT_PCIE_ERROR,
         "0000:00:1c.5", 1},
        {"pcieport 0000:00:1c.5: AER: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer",
         EVENT_PCIE_ERROR, "0000:00:1c.5", 2},
        {"CPU3: Package temperature above threshold, cpu clock throttled (total events = 5845)", EVENT_THERMAL, "cpu",
         5845},
        {"CPU0: Core temperature above threshold, cpu clock", EVENT_THERMAL, "cpu", NAN},
        {"CPU0: Core temperature above threshold, cpu clock throttled (total events = 58", EVENT_THERMAL, "cpu", NAN},
        {"INFO: task jbd2/dm-1-8:730 blocked for more than 122 seconds.", EVENT_HUNG_TASK, "", 122},
        {"nfs: server store1 not responding, still trying", EVENT_NFS_TIMEOUT, "store1", NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[300];
        snprintf(line, sizeof line, "[  100.000000] %s\n", cases[i].line);
        struct parsed log = parsed_text(line);
        assert_int_equal(log.source->event_count, 1);
        const struct event *event = &log.source->events[0];
        assert_int_equal(event->kind, cases[i].kind);
        assert_string_equal(event->entity, cases[i].entity);
        if (isnan(cases[i].value))
            assert_true(isnan(event->value));
        else
            assert_float_equal(event->value, cases[i].value, 0);
        parsed_free(&log);
    }
}

static void healthy_lines_say_nothing(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[    0.100000] OOM killer enabled.\n"
        "[    1.000000] pcieport 0000:00:1c.5: AER: enabled with IRQ 122\n"
        "[    2.000000] ata5: SATA link down (SStatus 0 SControl 300)\n"
        "[    3.000000] EXT4-fs (sda2): mounted filesystem with ordered data mode. Opts: (null)\n"
        "[    4.000000] CPU3: Package temperature/speed normal\n"
        "[    5.000000] mce: [Hardware Error]: Machine check events logged\n"
        "[    6.000000] python invoked oom-killer: gfp_mask=0x100cca, order=0, oom_score_adj=0\n"
        "[    7.000000] XFS (sda1): Ending clean mount\n"
        "[    8.000000] NVRM: loading NVIDIA UNIX x86_64 Kernel Module  535.230.02\n"
        "[    9.000000] ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)\n");
    assert_string_equal(log.source->format, "kernel-log");
    assert_int_equal(log.source->event_count, 0);
    assert_int_equal(log.source->samples, 10);
    parsed_free(&log);
}

static void only_the_kernel_is_believed(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Sep  8 07:55:37 red1 kernel: usb 1-1: new device\n"
        "Sep  8 07:55:38 red1 pulseaudio[9]: I/O error, dev sda, sector 5\n"
        "Sep  8 07:55:39 red1 sudo[9]: root : COMMAND=/bin/echo NVRM: Xid (PCI:0000:0c:00): 79, x\n");
    assert_int_equal(log.source->event_count, 0);
    assert_int_equal(log.source->samples, 1);
    parsed_free(&log);
    log = parsed_text(
        "[  123.456789] red1 kernel: usb 1-1: new device\n"
        "[  123.456790] red1 sudo[9]: NVRM: Xid (PCI:0000:0c:00): 79, x\n"
        "Mon 2024-05-06 07:08:00 CEST red1 sudo[9]: NVRM: Xid (PCI:0000:0c:00): 79, x\n"
        "1714972080.123456 red1 sudo[9]: NVRM: Xid (PCI:0000:0c:00): 79, x\n"
        "<3>1 2024-05-06T07:08:00+02:00 red1 sudo 9 - - NVRM: Xid (PCI:0000:0c:00): 79, x\n");
    assert_int_equal(log.source->event_count, 0);
    assert_int_equal(log.source->samples, 1);
    parsed_free(&log);
}

static void the_journal_in_json_is_read(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "{\"_HOSTNAME\":\"gpu7\",\"__REALTIME_TIMESTAMP\":\"1714972080123456\",\"_TRANSPORT\":\"kernel\","
        "\"_SOURCE_MONOTONIC_TIMESTAMP\":\"400000000\",\"MESSAGE\":\"NVRM: Xid (PCI:0000:0c:00): 79, a \\\"b\\\" c\"}\n"
        "{ \"__REALTIME_TIMESTAMP\" : \"1714972081123456\", \"N\" : null, \"SYSLOG_IDENTIFIER\" : \"kernel\", "
        "\"MESSAGE\" : [1,2,3], \"_BOOT_ID\" : \"x\" }\n"
        "{\"__REALTIME_TIMESTAMP\":\"1714972082123456\",\"SYSLOG_IDENTIFIER\":\"sudo\",\"MESSAGE\":\"NVRM: Xid "
        "(PCI:0000:0d:00): 79, x\"}\n"
        "{\"__REALTIME_TIMESTAMP\":\"-1\",\"MESSAGE\":\"NVRM: Xid (PCI:0000:0e:00): 79, x\"}\n"
        "{\"__REALTIME_TIMESTAMP\":\"1714972083123456\",\"MESSAGE\":\"NVRM: Xid (PCI:0000:0f:00): 79, x\n");
    assert_string_equal(log.source->format, "kernel-log");
    assert_string_equal(log.source->host, "gpu7");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->samples, 2);
    assert_int_equal(parsed_events(&log, EVENT_XID), 1);
    assert_time(parsed_event(&log, EVENT_XID, 0)->time, "2024-05-06T05:08:00.123");
    assert_string_equal(parsed_event(&log, EVENT_XID, 0)->entity, "0000:0c:00");
    parsed_free(&log);
}

static void metalog_names_the_program_in_brackets(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Sep 12 12:37:53 [kernel] [  194.635484][  T415] NVRM: Xid (PCI:0000:0c:00): 79, x\n"
        "Sep 12 12:37:54 [sshd] NVRM: Xid (PCI:0000:0d:00): 79, x\n"
        "Sep 12 12:37:55 [kernel] NVRM: Xid (PCI:0000:0e:00): 79, x\n");
    assert_string_equal(log.source->format, "kernel-log");
    assert_string_equal(log.source->host, "");
    assert_int_equal(log.source->samples, 2);
    assert_int_equal(parsed_events(&log, EVENT_XID), 2);
    assert_time(parsed_event(&log, EVENT_XID, 1)->time, "1972-09-12T12:37:55");
    parsed_free(&log);
}

static void nfs_silence_has_a_length(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[Wed Apr  3 10:28:00 2024] nfs: server store1 not responding, still trying\n"
        "[Wed Apr  3 10:29:00 2024] nfs: server store1 not responding, still trying\n"
        "[Wed Apr  3 10:30:30 2024] nfs: server store1 OK\n"
        "[Wed Apr  3 10:50:00 2024] nfs: server store1 not responding, still trying\n");
    assert_int_equal(parsed_events(&log, EVENT_NFS_TIMEOUT), 2);
    assert_float_equal(parsed_event(&log, EVENT_NFS_TIMEOUT, 0)->value, 150, 0);
    assert_true(isnan(parsed_event(&log, EVENT_NFS_TIMEOUT, 1)->value));
    parsed_free(&log);
}

static void folded_lines_are_joined(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Nov 11 00:24:58 box kernel: blk_update_request: I/O error, dev \n"
        "sde, sector 153333328\n"
        "\"2025-11-10 01:44:22\",\"notice\",\"user\",\"\",\"box\",\"[4043590.683686]\n"
        "nvme nvme0: I/O tag 2 (a002) opcode 0x2 (I/O Cmd) QID 2 timeout,\n"
        "aborting req_op:READ(0) size:131072\"\n");
    assert_string_equal(parsed_event(&log, EVENT_IO_ERROR, 0)->entity, "sde");
    assert_string_equal(parsed_event(&log, EVENT_LINK_RESET, 0)->entity, "nvme0");
    parsed_free(&log);
}

static void a_controller_takes_the_name_of_its_disk(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[   10.000000]  nvme0n1: p1 p2\n"
        "[  100.000000] nvme nvme0: I/O 852 QID 15 timeout, aborting\n"
        "[  100.000000] nvme nvme1: I/O 852 QID 15 timeout, aborting\n");
    assert_string_equal(parsed_event(&log, EVENT_LINK_RESET, 0)->entity, "nvme0n1");
    assert_string_equal(parsed_event(&log, EVENT_LINK_RESET, 1)->entity, "nvme1");
    parsed_free(&log);
}

static void smartd_gives_dated_counts(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2025-07-13T05:00:00+00:00 box kernel: usb 1-1: new device\n"
        "2025-07-13T05:10:00+00:00 box smartd[9]: Device: /dev/sdf [SAT], 8 Currently unreadable (pending) sectors\n"
        "2025-07-13T05:40:00+00:00 box smartd[9]: Device: /dev/sdf [SAT], 16 Currently unreadable (pending) sectors\n"
        "2025-07-13T05:41:00+00:00 box smartd[9]: Device: /dev/sdf [SAT], FAILED SMART self-check. BACK UP DATA "
        "NOW!\n");
    assert_int_equal(parsed_rows(&log, "sdf"), 2);
    assert_float_equal(parsed_value(&log, "sdf", "Current_Pending_Sector", 1), 16, 0);
    assert_string_equal(parsed_event(&log, EVENT_SMART_FAILED, 0)->entity, "sdf");
    parsed_free(&log);
}

static void other_logs_are_left_alone(void **state) {
    (void)state;
    static const char *const texts[] = {
        "[2024-09-09 17:23:42][INFO] epoch 0 step 20 loss 4.2253 lr 0.1 6095.8 samples/s\n",
        "[2024-09-09 17:23:42] step 1 loss 2\n[2024-09-09 17:23:43] step 2 loss 2\n",
        "Sep 12 12:37:53 [INFO] step 1 loss 2\nSep 12 12:37:54 [INFO] step 2 loss 2\n",
        "epoch 1: 100%|##########| 10/10 [00:12<00:00,  1.20s/it, loss=0.3]\n",
        "Linux 5.15.0 (box)  07/26/2024  _x86_64_ (8 CPU)\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct parsed log = parsed_text(texts[i]);
        assert_true(log.source->format == NULL || strcmp(log.source->format, "kernel-log") != 0);
        parsed_free(&log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xids_in_every_form),
        cmocka_unit_test(each_layout_of_stamps),
        cmocka_unit_test(a_missing_year_is_taken_from_the_file),
        cmocka_unit_test(the_heading_of_journalctl_tells_the_year),
        cmocka_unit_test(steps_are_counted_from_the_minute),
        cmocka_unit_test(the_boot_is_dated_by_a_late_line),
        cmocka_unit_test(an_uptime_that_falls_is_a_reboot),
        cmocka_unit_test(dmesg_behind_kern_log_counts_once),
        cmocka_unit_test(one_ata_incident_from_many_lines),
        cmocka_unit_test(a_port_is_not_a_disk_without_proof),
        cmocka_unit_test(five_wordings_of_an_io_error),
        cmocka_unit_test(a_flood_is_one_event),
        cmocka_unit_test(one_rule_for_each_kind),
        cmocka_unit_test(healthy_lines_say_nothing),
        cmocka_unit_test(only_the_kernel_is_believed),
        cmocka_unit_test(the_journal_in_json_is_read),
        cmocka_unit_test(metalog_names_the_program_in_brackets),
        cmocka_unit_test(nfs_silence_has_a_length),
        cmocka_unit_test(folded_lines_are_joined),
        cmocka_unit_test(a_controller_takes_the_name_of_its_disk),
        cmocka_unit_test(smartd_gives_dated_counts),
        cmocka_unit_test(other_logs_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
