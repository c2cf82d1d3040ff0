// kernel_stamp.h: one line of a kernel log taken apart: when, where, who, what.
//
// The layout is decided line by line: a bundle may hold dmesg, kern.log and journalctl
// in one file.
#ifndef WHYSLOW_PARSERS_KERNEL_STAMP_H
#define WHYSLOW_PARSERS_KERNEL_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "core/when.h"

// Within the brackets dmesg -d adds the seconds since the line before: "[ 1843.439662 <    0.131517>] text".
enum kernel_layout {
    LAYOUT_NONE,     // no stamp: prose, or the rest of the line before
    LAYOUT_BARE,     // "   kernel: text", "[   T10] text": the kernel's, undated
    LAYOUT_BOOT,     // "[248185.356943] text", "<4>[ 201.650687] text", "kernel: [ 8085.099452] text" of a console,
                     // "6,3964,206764307,-;text"
    LAYOUT_DMESG_T,  // "[Sun Feb 23 16:24:18 2025] text"
    LAYOUT_MINUTE,   // dmesg -e and -H: "[May 6 07:08] text", until the minute is over "[  +0.000844] text"
    LAYOUT_ISO,      // dmesg --time-format iso: "2025-01-21T04:41:44,283302+00:00 text", with -x "kern  :warn  :
                     // 2025-01-21T04:41:44,283302+00:00 text"
    LAYOUT_SYSLOG,   // "Sep  8 07:55:37 host kernel: [350941.516160] text", "Sep  8 07:55:37 [kernel] text" of metalog,
                     // and with an ISO stamp; journalctl's "Mon 2024-05-06 07:08:00 CEST host kernel: text"
                     // (short-full), "1714972080.123456 host kernel: text" (short-unix), "[  123.456789] host kernel:
                     // text" (short-monotonic); -o json; RFC 5424: "<3>1 2024-05-06T07:08:00+02:00 host kernel - - -
                     // text"
    LAYOUT_EXPORT,   // "2025-11-10 01:42:51","notice","user","","host","[4043499.402974] … in quotes
};

struct kernel_stamp {
    bool has_boot, has_wall;
    bool has_step;     // LAYOUT_MINUTE: only how long after the line before
    int64_t step;      // microseconds
    int64_t boot;      // microseconds since boot
    struct when wall;  // may have no year
};

struct kernel_line {
    enum kernel_layout layout;
    struct kernel_stamp stamp;
    struct text host;     // empty if not printed
    struct text program;  // "kernel", "smartd" …; empty where only the kernel can have spoken
    struct text text;
    bool open;  // LAYOUT_EXPORT: the quoted text goes on in the next line
};

// "-- Logs begin at Mon 2018-02-19 05:30:10 EST, end at Mon 2018-02-19 13:26:24 EST. --", what journalctl says first:
// from when to when its journal goes, of which the lines below may be a part. False for any other line.
bool kernel_heading_read(struct text line, struct when *from, struct when *to);

// Never fails: a line that has no stamp is LAYOUT_NONE and all text.
void kernel_line_read(struct text line, struct kernel_line *out);

#endif
