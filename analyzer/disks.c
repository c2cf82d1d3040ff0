// disks.c: each local disk's load on the grid, and what kind of device it is.
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"

static bool starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

// The class by the kernel's name; what smartctl or the data say refines DISK_UNKNOWN.
static enum disk_class class_by_name(const char *name) {
    if (starts(name, "nvme")) return DISK_NVME;
    if (starts(name, "dm-") || starts(name, "md") || starts(name, "bcache") || starts(name, "drbd"))
        return DISK_STACKED;
    if (starts(name, "loop") || starts(name, "ram") || starts(name, "zram") || starts(name, "sr") || starts(name, "fd"))
        return DISK_MEMORY;
    return DISK_UNKNOWN;
}

// "sda1", "nvme0n1p2", "mmcblk0p1": the same requests are counted in the whole disk's row.
static bool is_partition(const struct source *source, const char *name) {
    size_t length = strlen(name);
    size_t digits = length;
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') digits--;
    if (digits == length || digits == 0) return false;
    for (size_t k = 0; k < source->table_count; k++) {
        const char *other = source->tables[k].entity;
        size_t n = strlen(other);
        if (source->tables[k].entity_kind != ENTITY_DISK || n >= length || n == 0 || strncmp(other, name, n) != 0)
            continue;
        bool ends_in_digit = other[n - 1] >= '0' && other[n - 1] <= '9';
        if (n == digits && !ends_in_digit) return true;
        if (n + 1 == digits && ends_in_digit && name[n] == 'p') return true;
    }
    return false;
}

static float *product(const struct run *run, const float *rate, const float *await) {
    float *queue = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++) queue[i] = rate[i] * await[i] / 1000;
    return queue;
}

static float *column_or_empty(const struct run *run, const struct disk *disk, const char *quantity) {
    float *values = grid_column(run, disk->source, disk->table, quantity);
    return values != NULL ? values : grid_empty(run);
}

// Where a layout has one await for all requests, reads and writes share it.
static void share_await(const struct run *run, const struct disk *disk, float *own) {
    for (size_t i = 0; i < run->bins; i++)
        if (isnan(own[i])) own[i] = disk->await[i];
}

// sar counts reads and writes together: they are taken to be of one size, so that the bytes tell their shares.
static void split_requests(const struct run *run, struct disk *disk) {
    const float *all = column_or_empty(run, disk, "tps");
    const float *discarded = column_or_empty(run, disk, "dkB/s");
    for (size_t i = 0; i < run->bins; i++) {
        if (!isnan(disk->reads[i]) || !isnan(disk->writes[i])) continue;
        float bytes = disk->read_kb[i] + disk->write_kb[i] + (isnan(discarded[i]) ? 0 : discarded[i]);
        disk->reads[i] = bytes > 0 ? all[i] * disk->read_kb[i] / bytes : all[i] * 0;
        disk->writes[i] = bytes > 0 ? all[i] * disk->write_kb[i] / bytes : all[i] * 0;
    }
}

static double observed_share(const struct source *source, const struct table *table) {
    double seconds = 0;
    for (size_t k = 0; k < table->row_count; k++) seconds += (double)table->interval[k];
    if (table->row_count < 2 || isnan(source->cadence) || seconds <= 0) return 1;
    double share = seconds / ((double)table->row_count * source->cadence);
    return share > 1 ? 1 : share;
}

static void read_disk(const struct run *run, struct disk *disk) {
    disk->reads = column_or_empty(run, disk, "r/s");
    disk->writes = column_or_empty(run, disk, "w/s");
    disk->read_kb = column_or_empty(run, disk, "rkB/s");
    disk->write_kb = column_or_empty(run, disk, "wkB/s");
    split_requests(run, disk);
    disk->await = column_or_empty(run, disk, "await");
    disk->read_await = column_or_empty(run, disk, "r_await");
    disk->write_await = column_or_empty(run, disk, "w_await");
    share_await(run, disk, disk->read_await);
    share_await(run, disk, disk->write_await);
    disk->queue = column_or_empty(run, disk, "aqu-sz");
    disk->util = column_or_empty(run, disk, "%util");
    disk->read_size = column_or_empty(run, disk, "rareq-sz");
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(disk->read_size[i]) && disk->reads[i] > 0) disk->read_size[i] = disk->read_kb[i] / disk->reads[i];
        if (disk->util[i] > 100) disk->util[i] = 100;  // a little above is rounding
    }
    disk->read_queue = product(run, disk->reads, disk->read_await);
    disk->write_queue = product(run, disk->writes, disk->write_await);
    disk->observed = observed_share(disk->source, disk->table);
}

static bool disk_known(const struct run *run, const char *entity) {
    for (size_t i = 0; i < run->disk_count; i++)
        if (strcmp(run->disks[i].table->entity, entity) == 0) return true;
    return false;
}

static void add_disks_of(struct run *run, const struct source *source) {
    for (size_t k = 0; k < source->table_count; k++) {
        const struct table *table = &source->tables[k];
        if (table->entity_kind != ENTITY_DISK || table->row_count == 0) continue;
        if (table_find(table, "%util") == NULL && table_find(table, "r/s") == NULL) continue;
        if (disk_known(run, table->entity) || is_partition(source, table->entity)) continue;
        struct disk *disk = &run->disks[run->disk_count++];
        *disk = (struct disk){.entity = run_name(run, table->entity), .source = source, .table = table, .model = ""};
        disk->class = class_by_name(table->entity);
        read_disk(run, disk);
    }
}

// storage-causes.md 0.6: below 1 ms at its best is flash, above 4 ms at a short queue is a spinning disk.
static enum disk_class class_by_data(const struct run *run, const struct disk *disk) {
    float *quiet = malloc((run->bins + 1) * sizeof *quiet);
    if (quiet == NULL) return DISK_UNKNOWN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++)
        if (disk->reads[i] > 1 && disk->read_queue[i] < 2) quiet[count++] = disk->read_await[i];
    double best = count < 5 ? NAN : grid_quantile(quiet, count, 0.1);
    free(quiet);
    if (best < 1) return DISK_SSD;
    if (best > 4) return DISK_HDD;
    return DISK_UNKNOWN;
}

static enum disk_class class_by_page(const struct run *run, const struct disk *disk) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const char *rotation = source_fact_value(run->recording->sources[i], disk->table->entity, "rotation");
        if (rotation == NULL) continue;
        if (text_has(text_of(rotation), "Solid State")) return DISK_SSD;
        if (text_has(text_of(rotation), "rpm")) return DISK_HDD;
    }
    return DISK_UNKNOWN;
}

void disks_read(struct run *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        for (size_t k = 0; k < source->table_count; k++) most += source->tables[k].entity_kind == ENTITY_DISK;
    }
    run->disks = arena_array(run->arena, most, sizeof *run->disks);
    for (size_t i = 0; i < run->recording->source_count; i++)
        if (run->clocks[i].placed && !run->recording->sources[i]->refused)
            add_disks_of(run, run->recording->sources[i]);
    for (size_t i = 0; i < run->disk_count; i++) {
        struct disk *disk = &run->disks[i];
        if (disk->class == DISK_UNKNOWN) disk->class = class_by_page(run, disk);
        if (disk->class == DISK_UNKNOWN) disk->class = class_by_data(run, disk);
    }
}
