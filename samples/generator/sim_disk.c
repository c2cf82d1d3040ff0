// sim_disk.c: a disk as a closed queue with a number of channels.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "samples/generator/machine.h"

void disk_describe(struct disk *disk, const char *name, enum disk_class class) {
    // channels, read ms, write ms, read and write MiB/s: typical drives of each class
    static const double figures[][5] = {[DISK_HDD] = {1, 8.5, 6.0, 175, 160},
                                        [DISK_SATA_SSD] = {8, 0.14, 0.06, 520, 450},
                                        [DISK_NVME] = {48, 0.095, 0.025, 3200, 2100}};
    memset(disk, 0, sizeof *disk);
    snprintf(disk->name, sizeof disk->name, "%s", name);
    disk->class = class;
    disk->channels = figures[class][0];
    disk->read_ms = figures[class][1];
    disk->write_ms = figures[class][2];
    disk->read_mib_s = figures[class][3];
    disk->write_mib_s = figures[class][4];
    disk->mood = 1;
}

// Time in which at least one request is in flight, given the mean number in flight.
static double busy_share(double in_flight, bool always) {
    return always ? 0.985 + 0.015 * (1 - exp(-in_flight)) : 1 - exp(-in_flight);
}

void disk_limits(const struct disk *disk, double kib, double sick_ms, double *service_ms, double *ceiling) {
    double channels = sick_ms > 0 ? 1 : disk->channels;
    double transfer_ms = kib / 1024 / disk->read_mib_s * 1000;
    *service_ms = (disk->read_ms + sick_ms) * disk->mood + transfer_ms;
    *ceiling = fmin(channels / *service_ms * 1000, disk->read_mib_s * 1024 / kib);
    if (disk->dirty_mib > 1) *ceiling *= disk->class == DISK_HDD ? 0.25 : 0.6;  // writes take turns with reads
    if (disk->foreign_reads > 0) {
        double share = disk->foreign_reads * disk->foreign_kib / 1024 / disk->read_mib_s;
        if (disk->class == DISK_HDD) share += disk->foreign_reads * disk->read_ms / 1000;
        *ceiling *= fmax(0.15, 1 - share);
    }
}

double disk_serve(struct disk *disk, struct noise *noise, double seconds, double streams, double wanted, double kib,
                  double sick_ms, double *latency_ms) {
    double service, ceiling;
    disk_limits(disk, kib, sick_ms, &service, &ceiling);
    double luck = noise_factor(noise, 0.12);
    service *= luck;
    ceiling /= luck;
    double closed = fmin(streams / service * 1000, ceiling);
    bool saturated = wanted >= closed * 0.98;
    double rate = fmin(wanted, closed);
    *latency_ms = service;
    if (rate <= 0) return 0;
    double load = fmin(rate / ceiling, 0.98);
    double in_flight = saturated ? streams : fmin(streams, rate * service / 1000 / (1 - load * load));
    *latency_ms = in_flight / rate * 1000;
    double count = rate * seconds;
    disk->counters.reads += count;
    disk->counters.read_kib += count * kib;
    disk->counters.read_merges += count * 0.01;
    disk->counters.read_ms += count * *latency_ms;
    disk->counters.queue_ms += in_flight * seconds * 1000;
    disk->tick_busy = busy_share(in_flight, saturated && streams >= 2);
    return rate;
}

// Writes back what is dirty, in large requests, and serves strangers.
void disk_background(struct disk *disk, struct noise *noise, double seconds) {
    disk->mood += seconds * 0.25 * (1 - disk->mood) + 0.10 * sqrt(seconds) * noise_normal(noise);
    disk->mood = fmax(0.6, fmin(1.7, disk->mood));
    double busy = 0, in_flight = 0;
    if (disk->dirty_mib > 0) {
        double speed = disk->write_mib_s * noise_factor(noise, 0.1);
        double mib = fmin(disk->dirty_mib, speed * seconds);
        double requests = mib * 1024 / 480, depth = disk->class == DISK_NVME ? 60 : 30;
        double share = mib / (speed * seconds);
        disk->dirty_mib -= mib;
        if (disk->dirty_mib < 0.01) disk->dirty_mib = 0;
        disk->counters.writes += requests;
        disk->counters.write_kib += mib * 1024;
        disk->counters.write_merges += requests * 2.2;
        disk->counters.write_ms += depth * share * seconds * 1000;
        in_flight += depth * share;
        busy = share;
    }
    double small = (disk->foreign_writes + 2.5) * seconds * noise_factor(noise, 0.5);
    double small_ms = disk->write_ms * noise_factor(noise, 0.3) * (1 + 6 * busy);
    disk->counters.writes += small;
    disk->counters.write_kib += small * 18;
    disk->counters.write_merges += small * 0.9;
    disk->counters.write_ms += small * small_ms;
    disk->counters.flushes += small * 0.08;
    disk->counters.flush_ms += small * 0.08 * small_ms;
    in_flight += small * small_ms / 1000 / seconds;
    if (disk->foreign_reads > 0) {
        double service = disk->read_ms * disk->mood + disk->foreign_kib / 1024 / disk->read_mib_s * 1000;
        double most = fmin(disk->channels / service * 1000, disk->read_mib_s * 1024 / disk->foreign_kib);
        double rate = fmin(disk->foreign_reads * noise_factor(noise, 0.2), most);
        double flight = rate * service / 1000 / (1.02 - fmin(1, rate / most));
        disk->counters.reads += rate * seconds;
        disk->counters.read_kib += rate * seconds * disk->foreign_kib;
        disk->counters.read_ms += flight * seconds * 1000;
        in_flight += flight;
    }
    disk->counters.queue_ms += in_flight * seconds * 1000;
    busy = fmax(busy, 1 - exp(-in_flight));
    disk->counters.busy_ms += (1 - (1 - busy) * (1 - disk->tick_busy)) * seconds * 1000;
    disk->tick_busy = 0;
}
