// log_host.c: vmstat -t, mpstat -P ALL, dmesg -T.
#include "samples/generator/logs.h"

#include <math.h>
#include <string.h>

static void keep(struct sampler *sampler, const struct machine *machine) {
    memcpy(sampler->cores, machine->host.cores, sizeof sampler->cores);
    for (int d = 0; d < machine->plan->disk_count; d++) sampler->disks[d] = machine->disks[d].counters;
    sampler->host = machine->host;
    sampler->before_at = machine->now;
    sampler->begun = true;
    sampler->next += sampler->period;
}

struct shares {
    double user, system, iowait, idle;  // %
};

static struct shares shares_of(const struct core_times *now, const struct core_times *before, int from, int to) {
    struct core_times sum = {0};
    for (int c = from; c < to; c++) {
        sum.user += now[c].user - before[c].user;
        sum.system += now[c].system - before[c].system;
        sum.iowait += now[c].iowait - before[c].iowait;
        sum.idle += now[c].idle - before[c].idle;
    }
    double all = fmax(1e-9, sum.user + sum.system + sum.iowait + sum.idle) / 100;
    return (struct shares){sum.user / all, sum.system / all, sum.iowait / all, sum.idle / all};
}

static void vmstat_header(struct sampler *sampler, const char *zone_word) {
    fprintf(sampler->file,
            "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n"
            " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st %19s\n",
            zone_word);
}

void log_vmstat(struct sampler *sampler, const struct machine *machine) {
    const struct plan *plan = machine->plan;
    const struct host *host = &machine->host;
    static const struct core_times none[CORES_MOST];
    bool first = !sampler->begun;
    double uptime = host->cores[0].user + host->cores[0].system + host->cores[0].iowait + host->cores[0].idle;
    double seconds = first ? uptime : machine->now - sampler->before_at;
    if (sampler->lines++ % 40 == 0) vmstat_header(sampler, sampler->capture->zone_word);
    double in = 0, out = 0;
    for (int d = 0; d < plan->disk_count; d++) {
        in += machine->disks[d].counters.read_kib - (first ? 0 : sampler->disks[d].read_kib);
        out += machine->disks[d].counters.write_kib - (first ? 0 : sampler->disks[d].write_kib);
    }
    struct shares cpu = shares_of(host->cores, first ? none : sampler->cores, 0, plan->cores);
    struct civil t = civil_at(plan, machine->now, sampler->capture->zone_minutes, sampler->capture->iostat_skew);
    fprintf(sampler->file,
            "%2.0f %2.0f %6.0f %6.0f %6.0f %6.0f %4.0f %4.0f %5.0f %5.0f %4.0f %4.0f %2.0f %2.0f %2.0f %2.0f  0 "
            "%d-%02d-%02d %02d:%02d:%02d\n",
            floor(host->runnable * noise_factor(&sampler->noise, 0.1)),
            floor(host->blocked * noise_factor(&sampler->noise, 0.15)), host->swapped_mib * 1024,
            host->free_mib * 1024 * noise_factor(&sampler->noise, 0.0004), host->buffer_mib * 1024,
            host->cache_mib * 1024, (host->swap_in_kib - sampler->host.swap_in_kib) / seconds,
            (host->swap_out_kib - sampler->host.swap_out_kib) / seconds, in / seconds, out / seconds,
            (host->interrupts - sampler->host.interrupts) / seconds,
            (host->switches - sampler->host.switches) / seconds, cpu.user, cpu.system, cpu.idle, cpu.iowait, t.year,
            t.month, t.day, t.hour, t.minute, t.second);
    keep(sampler, machine);
}

static void mpstat_row(struct sampler *sampler, const char *stamp, const char *name, struct shares cpu) {
    fprintf(sampler->file, "%-11s %4s %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f\n", stamp, name,
            cpu.user, 0.0, cpu.system, cpu.iowait, 0.0, 0.0, 0.0, 0.0, 0.0, cpu.idle);
}

void log_mpstat(struct sampler *sampler, const struct machine *machine) {
    const struct plan *plan = machine->plan;
    const struct capture *capture = sampler->capture;
    char stamp[32], before[32], date[40], name[16];
    struct civil t = civil_at(plan, machine->now, capture->zone_minutes, capture->iostat_skew);
    struct civil p = civil_at(plan, sampler->before_at, capture->zone_minutes, capture->iostat_skew);
    if (!sampler->begun) {
        stamp_banner(date, sizeof date, t, capture->stamps == STAMP_ISO ? STAMP_ISO : STAMP_C);
        fprintf(sampler->file, "Linux 5.15.0-105-generic (%s) \t%s \t_x86_64_\t(%d CPU)\n\n", host_name(plan), date,
                plan->cores);
        keep(sampler, machine);
        return;
    }
    snprintf(stamp, sizeof stamp, "%02d:%02d:%02d", t.hour, t.minute, t.second);
    snprintf(before, sizeof before, "%02d:%02d:%02d", p.hour, p.minute, p.second);
    fprintf(sampler->file,
            "%-11s  CPU    %%usr   %%nice    %%sys %%iowait    %%irq   %%soft  %%steal  %%guest  %%gnice   %%idle\n",
            before);
    mpstat_row(sampler, stamp, "all", shares_of(machine->host.cores, sampler->cores, 0, plan->cores));
    for (int c = 0; c < plan->cores; c++) {
        snprintf(name, sizeof name, "%d", c);
        mpstat_row(sampler, stamp, name, shares_of(machine->host.cores, sampler->cores, c, c + 1));
    }
    fputc('\n', sampler->file);
    keep(sampler, machine);
}

static void kernel_line(struct sampler *sampler, const struct plan *plan, double at, const char *text) {
    char date[80];
    stamp_date(date, sizeof date, civil_at(plan, at, sampler->capture->zone_minutes, 0), "");
    char *gap = strstr(date, "  20");  // `dmesg -T` prints no zone
    if (gap) memmove(gap, gap + 1, strlen(gap));
    fprintf(sampler->file, "[%s] %s\n", date, text);
}

void log_dmesg(struct sampler *sampler, const struct machine *machine) {
    static const char *const chatter[] = {
        "perf: interrupt took too long (2514 > 2500), lowering kernel.perf_event_max_sample_rate to 79500",
        "docker0: port 2(veth61cf0aa) entered forwarding state",
        "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready",
        "systemd-journald[412]: Received client request to flush runtime journal."};
    const struct plan *plan = machine->plan;
    char line[200];
    for (int i = 0; i < 5; i++)
        kernel_line(sampler, plan, -40000 + 7000.0 * i + noise_between(&sampler->noise, 0, 6000),
                    chatter[noise_integer(&sampler->noise, 0, 3)]);
    if (plan->sick_disk.to > plan->sick_disk.from && plan->uncorrectable > 0) {
        snprintf(line, sizeof line,
                 "blk_update_request: I/O error, dev %s, sector 1835291704 op 0x0:(READ) flags 0x80700 phys_seg 1 prio "
                 "class 0",
                 machine->disks[plan->data_disk].name);
        kernel_line(sampler, plan, plan->sick_disk.from + plan->seconds * 0.3, line);
    }
    if (plan->xid_at > 0) {
        snprintf(line, sizeof line,
                 plan->xid == 79
                     ? "NVRM: Xid (PCI:0000:%02x:00): %d, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."
                     : "NVRM: Xid (PCI:0000:%02x:00): %d, pid=21817, name=python, DBE (double bit error) on the "
                       "framebuffer.",
                 0x17 + 0x21 * plan->fault_gpu, plan->xid);
        kernel_line(sampler, plan, plan->xid_at, line);
    }
}
