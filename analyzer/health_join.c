// health_join.c: which disk of the kernel's a page of smartctl is about. The page itself names no device.
#include <ctype.h>
#include <string.h>

#include "analyzer/health_parts.h"
#include "core/lang.h"

bool health_says(const char *text, const char *part) { return text != NULL && text_has(text_of(text), part); }

static size_t run_of(struct text text, size_t from, char low, char high) {
    size_t end = from;
    while (end < text.length && text.at[end] >= low && text.at[end] <= high) end++;
    return end - from;
}

static bool unnamed(const char *entity) {
    if (strncmp(entity, "disk", 4) != 0 || entity[4] == '\0') return false;
    for (const char *c = entity + 4; *c != '\0'; c++)
        if (*c < '0' || *c > '9') return false;
    return true;
}

// Since-boot averages say nothing about the run, but a disk that never served in it still shows its kind there.
static enum disk_class class_for_join(const struct run *run, const struct disk *disk) {
    if (disk->class != DISK_UNKNOWN) return disk->class;
    const char *text = source_fact_value(disk->source, disk->table->entity, "since_boot_r_await");
    double await = NAN;
    if (text != NULL && text_number(text_of(text), &await)) {
        if (await > 0 && await < 1) return DISK_SSD;
        if (await > 4) return DISK_HDD;
    }
    double write = grid_quantile(disk->write_await, run->bins, 0.5);
    return write > 0 && write < 0.5 ? DISK_SSD : DISK_UNKNOWN;
}

// Some drives are shown to smartctl as SCSI: their vendor is then "NVMe" (smartctl.md 6).
static bool page_of_nvme(const struct source *source, const char *entity) {
    const char *model = source_fact_value(source, entity, "model");
    return health_says(source_fact_value(source, entity, "protocol"), "NVMe") ||
           (model != NULL && text_starts(text_of(model), "NVMe "));
}

static bool could_be(const struct run *run, const struct disk *disk, bool page_nvme, const char *rotation) {
    bool nvme = disk->class == DISK_NVME;
    if (disk->class == DISK_STACKED || disk->class == DISK_MEMORY) return false;
    if (page_nvme) return nvme;
    if (nvme) return false;
    enum disk_class class = class_for_join(run, disk);
    if (health_says(rotation, "rpm")) return class != DISK_SSD;
    if (health_says(rotation, "Solid State")) return class != DISK_HDD;
    return true;
}

// smartctl is mostly asked about the controller ("nvme0"), iostat shows its namespace ("nvme0n1").
static const char *namespace_of(const struct run *run, const char *entity) {
    const struct disk *found = NULL;
    size_t length = strlen(entity);
    if (strncmp(entity, "nvme", 4) != 0) return entity;
    for (size_t d = 0; d < run->disk_count; d++) {
        const char *name = run->disks[d].table->entity;
        if (strcmp(name, entity) == 0) return entity;
        if (strncmp(name, entity, length) != 0 || name[length] != 'n') continue;
        if (found != NULL) return entity;
        found = &run->disks[d];
    }
    return found != NULL ? found->table->entity : entity;
}

// "smart-sda.txt": a word of the file's name that is a disk of the kernel's, maybe with a number. Names of old IDE
// disks are no proof: "hdd" is a word.
static size_t kernel_name(struct text word) {
    static const struct {
        const char *start;
        char low, high;
        size_t most;
    } kinds[] = {{"sd", 'a', 'z', 1}, {"vd", 'a', 'z', 1}, {"xvd", 'a', 'z', 1}, {"nvme", '0', '9', 3}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t start = strlen(kinds[i].start);
        if (!text_starts(word, kinds[i].start)) continue;
        size_t end = start + run_of(word, start, kinds[i].low, kinds[i].high);
        if (end == start || end - start > kinds[i].most) continue;
        if (i == 3 && end + 1 < word.length && word.at[end] == 'n') end += 1 + run_of(word, end + 1, '0', '9');
        size_t rest = i == 3 ? end : end + run_of(word, end, '0', '9');
        if (rest == word.length) return end;
    }
    return 0;
}

// The only disk that the file's name holds; empty if there is none, or several.
static struct text named_by_file(const struct source *source) {
    struct text none = {"", 0};
    struct text found = none;
    const char *path = source->member[0] != '\0' ? source->member : source->path;
    const char *slash = strrchr(path, '/');
    struct text rest = text_of(slash != NULL ? slash + 1 : path);
    while (rest.length > 0) {
        size_t length = 0;
        while (length < rest.length && isalnum((unsigned char)rest.at[length])) length++;
        struct text word = text_head(rest, length);
        struct text name = text_head(word, kernel_name(word));
        bool other = found.length > 0 && (name.length != found.length || memcmp(name.at, found.at, name.length) != 0);
        if (name.length > 0 && other) return none;
        if (name.length > 0) found = name;
        rest = text_skip(rest, length + (length < rest.length));
    }
    return found;
}

static size_t disks_in(const struct source *source) {
    size_t count = 0;
    for (size_t k = 0; k < source->table_count; k++) count += source->tables[k].entity_kind == ENTITY_DISK;
    return count;
}

// NULL where the file's name says nothing, or where the page contradicts it.
static const char *disk_of_file(struct run *run, const struct source *source, bool nvme) {
    struct text name = named_by_file(source);
    if (name.length == 0 || disks_in(source) != 1 || nvme != text_starts(name, "nvme")) return NULL;
    return namespace_of(run, text_copy(run->arena, name));
}

// The device of a page whose log, or whose file, names it; NULL if nothing does.
static const char *named_device(struct run *run, const struct source *source, const char *entity) {
    if (!unnamed(entity)) return namespace_of(run, entity);
    return disk_of_file(run, source, page_of_nvme(source, entity));
}

struct pages {
    size_t nameless;     // of one kind that nothing names
    const char **named;  // the devices of the others
    size_t named_count;
};

static struct pages look_at_pages(struct run *run, bool nvme) {
    struct pages pages = {0};
    size_t most = 1;
    for (size_t i = 0; i < run->recording->source_count; i++) most += run->recording->sources[i]->table_count;
    pages.named = arena_array(run->arena, most, sizeof *pages.named);
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->format == NULL || strncmp(source->format, "smartctl", 8) != 0) continue;
        for (size_t k = 0; k < source->table_count; k++) {
            const struct table *table = &source->tables[k];
            if (table->entity_kind != ENTITY_DISK) continue;
            const char *named = named_device(run, source, table->entity);
            if (named != NULL) pages.named[pages.named_count++] = named;
            pages.nameless += named == NULL && page_of_nvme(source, table->entity) == nvme;
        }
    }
    return pages;
}

static bool has_page(const struct pages *pages, const char *disk) {
    for (size_t i = 0; i < pages->named_count; i++)
        if (strcmp(pages->named[i], disk) == 0) return true;
    return false;
}

// The page belongs to the only disk it can belong to, or to nobody.
const char *health_join(struct run *run, const struct source *source, const char *entity, const char **how) {
    const char *named = named_device(run, source, entity);
    if (named != NULL) {
        *how = unnamed(entity) ? tr("the name of the file names the device") : tr("the log names the device");
        return named;
    }
    bool nvme = page_of_nvme(source, entity);
    const char *rotation = source_fact_value(source, entity, "rotation");
    const struct disk *found = NULL;
    size_t candidates = 0;
    struct pages pages = look_at_pages(run, nvme);
    for (size_t d = 0; d < run->disk_count; d++) {
        const struct disk *disk = &run->disks[d];
        if (!could_be(run, disk, nvme, rotation) || has_page(&pages, disk->table->entity)) continue;
        candidates++;
        found = disk;
    }
    if (candidates == 1 && pages.nameless == 1) {
        *how = arena_printf(run->arena, tr("the page names no device; %s is the only disk of its kind"), found->entity);
        return found->table->entity;
    }
    *how = tr("the page names no device, and several disks could be meant");
    return entity;
}
