#include <stddef.h>

#include "core/lang.h"
#include "parsers/smartctl_lines.h"

const char *smart_refusal(struct text line) {
    static const struct {
        const char *needle, *advice;
    } refusals[] = {
        {"Permission denied", N_("Run smartctl as root.")},
        {"Operation not permitted", N_("Run smartctl as root; in a container it needs the device and CAP_SYS_RAWIO.")},
        {"No such device", N_("The disk no longer answers under this name: look for it in the kernel log.")},
        {"No such file or directory", N_("There is no disk of this name: check it with lsblk.")},
        {"Input/output error", N_("The disk does not answer: look for it in the kernel log.")},
        {"No medium found", N_("There is nothing in this drive.")},
        {"INQUIRY failed", N_("The disk does not answer: look for it in the kernel log.")},
        {"Unknown USB bridge",
         N_("Tell smartctl the bridge: try -d sat, -d usbjmicron, or -d sntjmicron for an NVMe disk.")},
        {"Unable to detect device type", N_("Tell smartctl the type with -d; a virtual disk has no health to show.")},
        {"please try adding '-d", N_("The disks stand behind a RAID controller: repeat the command as it says.")},
        {"A mandatory SMART command failed", N_("The disk refuses its health data: repeat with -T permissive.")},
        {"Read Device Identity failed", N_("The disk does not say what it is: look for it in the kernel log.")},
        {"Read NVMe SMART/Health Information failed",
         N_("The disk refuses its health data: look for it in the kernel log.")},
        {"Read NVMe Identify Controller failed",
         N_("The disk does not say what it is: look for it in the kernel log.")},
        {"Device is in STANDBY", N_("The disk slept and was not asked: repeat without -n.")},
        {"Device is in SLEEP", N_("The disk slept and was not asked: repeat without -n.")},
        {"SMART Disabled. Use option -s", N_("Switch it on with smartctl -s on.")},
        {"bad response to IEC mode page", N_("The device refuses its health data: ask the disks behind it with -d.")},
        {"smartctl: command not found", N_("Install smartmontools.")},
        {"smartctl: not found", N_("Install smartmontools.")},
    };
    struct text head = text_head(text_trim(line), 300);
    // The system's own words count only where smartctl says them of a device.
    bool opens = text_has(head, "open device") || text_starts(head, "/dev/");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        bool general = i < 7;
        if ((!general || opens) && text_has(head, refusals[i].needle)) return tr(refusals[i].advice);
    }
    return NULL;
}

bool smart_silent(struct text line) {
    // A number that no member of an array has is refused in the same words.
    if (text_has(line, "_disk_")) return false;
    if (text_has(line, "Input/output error")) return true;
    // "… or address" is said of nodes behind which there never was a disk.
    return text_has(line, "No such device") && !text_has(line, "No such device or address");
}
