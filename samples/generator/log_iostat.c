// log_iostat.c: iostat -x of several versions, with and without -t, and in a loop of `date; iostat -x 1 2`.
#include "samples/generator/logs.h"

#include <math.h>
#include <string.h>

struct rates {
    double r, w, f, rkb, wkb, rrqm, wrqm, r_await, w_await, f_await, queue, util, svctm;
};

static double ratio(double a, double b) { return b > 0 ? a / b : 0; }

static struct rates rates_of(const struct disk_counters *now, const struct disk_counters *before, double seconds) {
    // The kernel counts whole requests and whole milliseconds.
    double reads = floor(now->reads) - floor(before->reads), writes = floor(now->writes) - floor(before->writes);
    double flushes = floor(now->flushes) - floor(before->flushes);
    struct rates rates = {
        .r = reads / seconds,
        .w = writes / seconds,
        .f = flushes / seconds,
        .rkb = reads > 0 ? (now->read_kib - before->read_kib) / seconds : 0,
        .wkb = writes > 0 ? (now->write_kib - before->write_kib) / seconds : 0,
        .rrqm = (floor(now->read_merges) - floor(before->read_merges)) / seconds,
        .wrqm = (floor(now->write_merges) - floor(before->write_merges)) / seconds,
        .r_await = ratio(now->read_ms - before->read_ms, reads),
        .w_await = ratio(now->write_ms - before->write_ms, writes),
        .f_await = ratio(now->flush_ms - before->flush_ms, flushes),
        .queue = (now->queue_ms - before->queue_ms) / 1000 / seconds,
        .util = fmin(100.0, (now->busy_ms - before->busy_ms) / 10 / seconds),
    };
    rates.svctm = ratio((now->busy_ms - before->busy_ms), reads + writes);
    return rates;
}

static void put_device(FILE *out, char layout, const char *name, const struct rates *x) {
    double all = x->r + x->w, await = ratio(x->r * x->r_await + x->w * x->w_await, all);
    double rareq = ratio(x->rkb, x->r), wareq = ratio(x->wkb, x->w);
    double rpart = 100 * ratio(x->rrqm, x->rrqm + x->r), wpart = 100 * ratio(x->wrqm, x->wrqm + x->w);
    switch (layout) {
        case 'B':
            fprintf(out, "%-13s %8.2f %8.2f %7.2f %7.2f %8.2f %8.2f %8.2f %8.2f %7.2f %7.2f %7.2f %6.2f %6.2f\n", name,
                    x->rrqm, x->wrqm, x->r, x->w, x->rkb, x->wkb, 2 * ratio(x->rkb + x->wkb, all), x->queue, await,
                    x->r_await, x->w_await, x->svctm, x->util);
            break;
        case 'C':
            fprintf(
                out,
                "%-13s %7.2f %7.2f %10.2f %9.2f %8.2f %8.2f %6.2f %6.2f %7.2f %7.2f %6.2f %8.2f %8.2f %6.2f %6.2f\n",
                name, x->r, x->w, x->rkb, x->wkb, x->rrqm, x->wrqm, rpart, wpart, x->r_await, x->w_await, x->queue,
                rareq, wareq, x->svctm, x->util);
            break;
        default:
            fprintf(out,
                    "%-13s %7.2f %9.2f %8.2f %6.2f %7.2f %8.2f %7.2f %9.2f %8.2f %6.2f %7.2f %8.2f    0.00      0.00   "
                    "  0.00   0.00    0.00     0.00",
                    name, x->r, x->rkb, x->rrqm, rpart, x->r_await, rareq, x->w, x->wkb, x->wrqm, wpart, x->w_await,
                    wareq);
            if (layout == 'E') fprintf(out, " %7.2f %7.2f", x->f, x->f_await);
            fprintf(out, " %7.2f %6.2f\n", x->queue, x->util);
    }
}

static const char *header_of(char layout) {
    switch (layout) {
        case 'B':
            return "Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await "
                   "r_await w_await  svctm  %util";
        case 'C':
            return "Device            r/s     w/s     rkB/s     wkB/s   rrqm/s   wrqm/s  %rrqm  %wrqm r_await w_await "
                   "aqu-sz rareq-sz wareq-sz  svctm  %util";
        case 'D':
            return "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm "
                   "w_await wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz  aqu-sz  %util";
        default:
            return "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm "
                   "w_await wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz     f/s f_await  aqu-sz  %util";
    }
}

static const char *kernel_of(char layout) {
    switch (layout) {
        case 'B':
            return "3.10.0-1160.el7.x86_64";
        case 'C':
            return "4.15.0-213-generic";
        case 'D':
            return "5.4.0-150-generic";
        default:
            return "5.15.0-105-generic";
    }
}

static struct core_times sum_cores(const struct core_times *cores, int count) {
    struct core_times sum = {0};
    for (int i = 0; i < count; i++) {
        sum.user += cores[i].user;
        sum.system += cores[i].system;
        sum.iowait += cores[i].iowait;
        sum.idle += cores[i].idle;
    }
    return sum;
}

static void put_cpu(struct sampler *sampler, const struct machine *machine, const struct core_times *before) {
    struct core_times now = sum_cores(machine->host.cores, machine->plan->cores),
                      past = sum_cores(before, machine->plan->cores);
    double user = now.user - past.user, system = now.system - past.system, wait = now.iowait - past.iowait,
           idle = now.idle - past.idle;
    double all = fmax(1e-9, user + system + wait + idle) / 100;
    fprintf(sampler->file, "avg-cpu:  %%user   %%nice %%system %%iowait  %%steal   %%idle\n");
    fprintf(sampler->file, "         %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f\n\n", user / all, 0.0, system / all,
            wait / all, 0.0, idle / all);
}

static void put_report(struct sampler *sampler, const struct machine *machine, bool since_boot) {
    const struct capture *capture = sampler->capture;
    static const struct disk_counters zero;
    static const struct core_times none[CORES_MOST];
    double uptime = machine->host.cores[0].user + machine->host.cores[0].system + machine->host.cores[0].iowait +
                    machine->host.cores[0].idle;
    double seconds = since_boot ? uptime : machine->now - sampler->before_at;
    if (capture->timed && !capture->snapshot_loop) {
        char stamp[80];
        stamp_report(stamp, sizeof stamp,
                     civil_at(machine->plan, machine->now, capture->zone_minutes, capture->iostat_skew),
                     capture->stamps, capture->zone_minutes);
        fprintf(sampler->file, "%s\n", stamp);
    }
    put_cpu(sampler, machine, since_boot ? none : sampler->cores);
    fprintf(sampler->file, "%s\n", header_of(capture->layout));
    for (int d = 0; d < machine->plan->disk_count; d++) {
        struct rates rates = rates_of(&machine->disks[d].counters, since_boot ? &zero : &sampler->disks[d], seconds);
        put_device(sampler->file, capture->layout, machine->disks[d].name, &rates);
        sampler->disks[d] = machine->disks[d].counters;
    }
    fprintf(sampler->file, capture->layout == 'B' ? "\n" : "\n\n");
    memcpy(sampler->cores, machine->host.cores, sizeof sampler->cores);
    sampler->before_at = machine->now;
}

static void put_banner(struct sampler *sampler, const struct machine *machine) {
    const struct capture *capture = sampler->capture;
    char date[40];
    stamp_banner(date, sizeof date, civil_at(machine->plan, machine->now, capture->zone_minutes, capture->iostat_skew),
                 capture->stamps);
    fprintf(sampler->file, "Linux %s (%s) \t%s \t_x86_64_\t(%d CPU)\n\n", kernel_of(capture->layout),
            host_name(machine->plan), date, machine->plan->cores);
}

// while true; do echo "$(date): I/O Snapshot" >> disk.log; iostat -x 1 2 >> disk.log; sleep 60; done
static void snapshot(struct sampler *sampler, const struct machine *machine) {
    const struct capture *capture = sampler->capture;
    if (sampler->loop_report > 0) {
        put_report(sampler, machine, false);
        sampler->loop_report = 0;
        sampler->next += capture->iostat_period + 0.01;
        return;
    }
    char date[80];
    stamp_date(date, sizeof date, civil_at(machine->plan, machine->now, capture->zone_minutes, capture->iostat_skew),
               capture->zone_word);
    fprintf(sampler->file, "%s: I/O Snapshot\n", date);
    put_banner(sampler, machine);
    put_report(sampler, machine, true);
    sampler->loop_report = machine->now;
    sampler->next += 1;
}

void log_iostat(struct sampler *sampler, const struct machine *machine) {
    if (sampler->capture->snapshot_loop) {
        snapshot(sampler, machine);
        return;
    }
    if (!sampler->begun) put_banner(sampler, machine);
    put_report(sampler, machine, !sampler->begun);
    sampler->begun = true;
    sampler->next += sampler->period;
}
