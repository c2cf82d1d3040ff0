// log_smart.c: smartctl -A, -x, and the grep of it, for SATA and NVMe disks.
#include "samples/generator/logs.h"

#include <math.h>

struct attribute {
    int id;
    const char *name, *flag, *type, *updated;
    int value, threshold;
    long long raw;
};

static void put_attribute(FILE *out, const struct attribute *a, bool brief) {
    if (brief)
        fprintf(out, "%3d %-23s %s   %03d   %03d   %03d    -    %lld\n", a->id, a->name,
                a->type[0] == 'P' ? "PO--CK" : "-O--CK", a->value, a->value, a->threshold, a->raw);
    else
        fprintf(out, "%3d %-23s %s   %03d   %03d   %03d    %-8s  %-7s  -       %lld\n", a->id, a->name, a->flag,
                a->value, a->value, a->threshold, a->type, a->updated, a->raw);
}

static bool grepped(const struct attribute *a) { return a->id == 5 || a->id == 187 || a->id == 197 || a->id == 198; }

static void put_ata(struct sampler *sampler, const struct machine *machine, double done, bool brief, bool grep) {
    const struct plan *plan = machine->plan;
    const struct disk *disk = &machine->disks[sampler->capture->smart_disk];
    long long reallocated = plan->reallocated + (long long)floor(plan->smart_growth * done),
              hours = 21000 + (long long)(plan->seed % 9000) + (long long)(machine->now / 3600);
    bool hdd = disk->class == DISK_HDD;
    const struct attribute rows[] = {
        {5, "Reallocated_Sector_Ct", "0x0033", "Pre-fail", "Always",
         (int)fmax(1, 100 - (double)reallocated / (hdd ? 40 : 30)), hdd ? 36 : 10, reallocated},
        {9, "Power_On_Hours", "0x0032", "Old_age", "Always", 76, 0, hours},
        {12, "Power_Cycle_Count", "0x0032", "Old_age", "Always", 100, 0, 31 + (long long)(plan->seed % 60)},
        {187, "Reported_Uncorrect", "0x0032", "Old_age", "Always", (int)fmax(1, 100 - plan->uncorrectable), 0,
         plan->uncorrectable},
        {194, "Temperature_Celsius", "0x0022", "Old_age", "Always", 62, 0, 34 + (long long)(4 * done)},
        {197, "Current_Pending_Sector", "0x0012", "Old_age", "Always", 100, 0, plan->pending},
        {198, "Offline_Uncorrectable", "0x0010", "Old_age", "Offline", 100, 0, plan->uncorrectable},
        {199, "UDMA_CRC_Error_Count", "0x003e", "Old_age", "Always", 200, 0, 0},
        {241, "Total_LBAs_Written", "0x0032", "Old_age", "Always", 99, 0,
         48211903344 + (long long)(plan->seed % 997) * 1000003},
    };
    if (!grep)
        fprintf(
            sampler->file,
            brief
                ? "ID# ATTRIBUTE_NAME          FLAGS    VALUE WORST THRESH FAIL RAW_VALUE\n"
                : "ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!grep || grepped(&rows[i])) put_attribute(sampler->file, &rows[i], brief);
}

static void put_information(struct sampler *sampler, const struct machine *machine) {
    const struct plan *plan = machine->plan;
    const struct disk *disk = &machine->disks[sampler->capture->smart_disk];
    static const char *const models[] = {"ST4000NM0035-1V4107", "INTEL SSDSC2KB480G7", "SAMSUNG MZQLB1T9HAJR-00007"};
    char date[80];
    stamp_date(date, sizeof date, civil_at(plan, machine->now, sampler->capture->zone_minutes, 0),
               sampler->capture->zone_word);
    fprintf(sampler->file, "=== START OF INFORMATION SECTION ===\n");
    if (disk->class == DISK_NVME) {
        fprintf(sampler->file,
                "Model Number:                       %s\nSerial Number:                      S439NA0N%06llu\nFirmware "
                "Version:                   EDA5202Q\n"
                "Total NVM Capacity:                 1,920,383,410,176 [1.92 TB]\nLocal Time is:                      "
                "%s\n\n",
                models[2], (unsigned long long)(plan->seed % 1000000), date);
        return;
    }
    fprintf(sampler->file,
            "Device Model:     %s\nSerial Number:    %s%06llu\nFirmware Version: SCV10121\nUser Capacity:    "
            "%s\nRotation Rate:    %s\n"
            "SATA Version is:  SATA 3.2, 6.0 Gb/s (current: 6.0 Gb/s)\nLocal Time is:    %s\nSMART support is: "
            "Available - device has SMART capability.\nSMART support is: Enabled\n\n",
            models[disk->class], disk->class == DISK_HDD ? "ZC1" : "BTYF", (unsigned long long)(plan->seed % 1000000),
            disk->class == DISK_HDD ? "4,000,787,030,016 bytes [4.00 TB]" : "480,103,981,056 bytes [480 GB]",
            disk->class == DISK_HDD ? "7200 rpm" : "Solid State Device", date);
}

static void put_nvme(struct sampler *sampler, const struct machine *machine) {
    const struct plan *plan = machine->plan;
    fprintf(sampler->file,
            "SMART/Health Information (NVMe Log 0x02)\nCritical Warning:                   0x%02x\nTemperature:        "
            "                %d Celsius\n"
            "Available Spare:                    %d%%\nAvailable Spare Threshold:          10%%\nPercentage Used:      "
            "              %d%%\nPower On Hours:                     %llu\n"
            "Unsafe Shutdowns:                   14\nMedia and Data Integrity Errors:    %d\nError Information Log "
            "Entries:      %d\n",
            plan->smart_failed ? 4 : 0, 39, 100, 7, (unsigned long long)(9000 + plan->seed % 5000), plan->uncorrectable,
            plan->uncorrectable * 2);
}

void log_smart(struct sampler *sampler, const struct machine *machine, int snapshot) {
    const struct capture *capture = sampler->capture;
    const struct disk *disk = &machine->disks[capture->smart_disk];
    double done = capture->smart_snapshots > 1 ? (double)snapshot / (capture->smart_snapshots - 1) : 1;
    char date[80];
    stamp_date(date, sizeof date, civil_at(machine->plan, machine->now, capture->zone_minutes, 0), capture->zone_word);
    fprintf(sampler->file, "%s\n", date);
    if (capture->smart == SMART_GREP) {
        put_ata(sampler, machine, done, false, true);
        return;
    }
    fprintf(sampler->file, "/dev/%s\n", disk->name);
    fprintf(sampler->file,
            "smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.15.0-105-generic] (local build)\n"
            "Copyright (C) 2002-20, Bruce Allen, Christian Franke, www.smartmontools.org\n\n");
    bool full = capture->smart == SMART_X;
    if (full) put_information(sampler, machine);
    bool nvme = disk->class == DISK_NVME;
    fprintf(sampler->file,
            nvme ? "=== START OF SMART DATA SECTION ===\n" : "=== START OF READ SMART DATA SECTION ===\n");
    if (full)
        fprintf(sampler->file, "SMART overall-health self-assessment test result: %s\n\n",
                machine->plan->smart_failed ? "FAILED!" : "PASSED");
    if (nvme)
        put_nvme(sampler, machine);
    else {
        fprintf(
            sampler->file,
            "SMART Attributes Data Structure revision number: 1\nVendor Specific SMART Attributes with Thresholds:\n");
        put_ata(sampler, machine, done, full, false);
    }
    fputc('\n', sampler->file);
}
