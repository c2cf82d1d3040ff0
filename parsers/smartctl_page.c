#include "parsers/smartctl_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/smartctl_lines.h"

enum {
    VALUES_MOST = 1024,  // of one page: an ATA disk has at most 30 attributes of four values, and its statistics
    NOTES_MOST = 256,
    COLUMNS_MOST = 600,     // of one disk; far above what any disk prints
    CELLS_MOST = 20000000,  // rows times columns of one disk
    FACTS_MOST = 10000,
    DISKS_MOST = 500,    // of one file; far above any machine, and a bound on the work of a hostile file
    ROUND_SECONDS = 60,  // pages whose clocks are closer than this belong to one round over several disks
};

struct disk {
    const char *entity;
    const char *device, *model, *serial;
    struct smart_page *last;  // the newest page, to compare the next one with
    bool anonymous;           // neither device nor serial are known
    bool in_round;            // has a page in the round at hand
};

struct row {
    size_t table, row;
    size_t report;  // ordinal of the page in the file
    uint32_t line;
};

struct smart_file {
    struct source *source;
    struct arena *arena;
    struct smart_page *page;
    struct disk *disks;
    size_t disk_count, disk_capacity;
    size_t unnamed;  // disks named disk0, disk1 …
    size_t slot;     // position in the round of the next page that says nothing of itself
    millis round_start;
    struct row *undated;
    size_t undated_count, undated_capacity;
    millis first_time;  // of the first dated page
    bool full;
};

static struct smart_page *page_new(void) {
    struct arena *arena = arena_new();
    struct smart_page *page = arena_alloc(arena, sizeof *page);
    *page = (struct smart_page){.arena = arena, .device = "", .model = "", .serial = ""};
    return page;
}

static void page_free(struct smart_page *page) {
    if (page == NULL) return;
    free(page->values);
    free(page->notes);
    arena_free(page->arena);
}

struct smart_file *smart_file_new(struct source *source) {
    struct arena *arena = arena_new();
    struct smart_file *file = arena_alloc(arena, sizeof *file);
    *file = (struct smart_file){.source = source, .arena = arena, .page = page_new()};
    file->round_start = file->first_time = MILLIS_NONE;
    source->clock = CLOCK_NONE;
    return file;
}

struct smart_page *smart_file_page(struct smart_file *file) {
    return file->page;
}

bool smart_page_empty(const struct smart_page *page) {
    return !page->banner && !page->refused && page->value_count == 0 && page->note_count == 0 &&
           page->model[0] == '\0' && page->serial[0] == '\0';
}

struct smart_value *smart_page_value(struct smart_page *page, const char *name, enum unit unit, enum series_kind kind,
                                     double value) {
    // Names come from the log: what is no UTF-8 in them is replaced before they are compared.
    const char *clean = text_copy(page->arena, text_of(name));
    for (size_t i = 0; i < page->value_count; i++)
        if (strcmp(page->values[i].name, clean) == 0) {
            page->values[i].value = value;
            return &page->values[i];
        }
    if (page->value_count == VALUES_MOST) return NULL;
    page->values = grow_array(page->values, &page->value_capacity, page->value_count + 1, sizeof *page->values);
    struct smart_value *added = &page->values[page->value_count++];
    *added = (struct smart_value){.name = clean, .unit = unit, .kind = kind, .value = value};
    return added;
}

const struct smart_value *smart_page_find(const struct smart_page *page, const char *name) {
    for (size_t i = 0; i < page->value_count; i++)
        if (strcmp(page->values[i].name, name) == 0) return &page->values[i];
    return NULL;
}

static void add_note(struct smart_page *page, struct smart_note note) {
    if (page->note_count == NOTES_MOST) return;
    page->notes = grow_array(page->notes, &page->note_capacity, page->note_count + 1, sizeof *page->notes);
    page->notes[page->note_count++] = note;
}

void smart_page_fact(struct smart_page *page, const char *key, struct text text, uint32_t line) {
    text = text_head(text_trim(text), 300);
    if (text.length == 0) return;
    add_note(page,
             (struct smart_note){
                 .key = text_copy(page->arena, text_of(key)), .text = text_copy(page->arena, text), .line = line});
}

void smart_page_event(struct smart_page *page, enum event_kind kind, struct text text, uint32_t line) {
    add_note(page, (struct smart_note){.is_event = true,
                                       .kind = kind,
                                       .text = text_copy(page->arena, text_head(text_trim(text), 400)),
                                       .line = line,
                                       .value = NAN});
}

void smart_page_health(struct smart_page *page, const char *health, struct text text, uint32_t line) {
    smart_page_fact(page, "health", text_of(health), line);
    if (strcmp(health, "FAILED") == 0) smart_page_event(page, EVENT_SMART_FAILED, text, line);
}

void smart_page_refusal(struct smart_page *page, struct text text, const char *advice, uint32_t line) {
    // smartctl says the same thing two or three times; the first says it best.
    if (page->refused) return;
    page->refused = true;
    struct text words = text_head(text_trim(text), 200);
    bool silent = smart_silent(words);
    while (text_ends(words, ".")) words.length--;
    const char *said = text_copy(page->arena, words);
    size_t before = page->note_count;
    smart_page_event(page, EVENT_SMART_UNREADABLE, text_of(arena_printf(page->arena, "%s. %s", said, advice)), line);
    if (silent && page->note_count > before) page->notes[before].value = 1;
}

// ── clocks ──────────────────────────────────────────────────────────────────

static void first_clock(struct source *source, const struct when *clock) {
    source->clock = clock->epoch ? CLOCK_EPOCH : clock->has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
    if (clock->has_zone && !clock->epoch) {
        source->zone = when_zone(source->arena_, clock->zone_minutes);
        source->zone_first = source->zone_last = clock->zone_minutes;
    } else if (clock->zone_word[0] != '\0') {
        source->zone = arena_string(source->arena_, clock->zone_word);
    }
}

// All pages go on the clock of the first dated one.
static millis page_time(struct source *source, const struct smart_page *page) {
    const struct when *clock = &page->clock;
    if (source->clock == CLOCK_NONE) first_clock(source, clock);
    bool certain = clock->has_zone || clock->epoch;
    if (source->clock == CLOCK_LOCAL) {
        if (certain)
            source_problem(source, page->line, SEVERITY_WARNING,
                           tr("this page prints a zone and an earlier one did not: its clock is read as local time"));
        return when_civil(clock);
    }
    if (!certain) {
        source_problem(source, page->line, SEVERITY_WARNING,
                       tr("this page prints no certain zone and an earlier one did: the earlier zone is assumed"));
        return when_civil(clock) - (millis)source->zone_last * 60000;
    }
    if (source->clock == CLOCK_ZONED) source->zone_last = clock->zone_minutes;
    return when_millis(clock);
}

// ── which disk ──────────────────────────────────────────────────────────────

// Counters of a disk's life: they never shrink, whatever the model.
static bool lifetime(const char *name) {
    static const char *const names[] = {
        "Reallocated_Sector_Ct",
        "Power_On_Hours",
        "Power_Cycle_Count",
        "Start_Stop_Count",
        "Load_Cycle_Count",
        "Reported_Uncorrect",
        "Total_LBAs_Written",
        "Total_LBAs_Read",
        "Power On Hours",
        "Power Cycles",
        "Data Units Written",
        "Data Units Read",
        "Host_Writes_32MiB",
        "Host_Reads_32MiB",
        "Unsafe Shutdowns",
        "UDMA_CRC_Error_Count",
        "CRC_Error_Count",
        "Wear_Leveling_Count",
        "Elements in grown defect list",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

// Could `page` be a later look at the disk of `before`? The same values must be printed and
// no lifetime counter may have shrunk. *proof: one of them is large and has hardly moved, which two
// different disks rarely share.
static bool may_follow(const struct smart_page *before, const struct smart_page *page, bool *proof) {
    *proof = false;
    if (before == NULL || before->value_count != page->value_count || page->value_count == 0) return false;
    for (size_t i = 0; i < page->value_count; i++) {
        // Pages of one tool print in one order; another order is another kind of page.
        if (strcmp(before->values[i].name, page->values[i].name) != 0) return false;
        if (page->values[i].kind != SERIES_COUNTER || !lifetime(page->values[i].name)) continue;
        double was = before->values[i].value;
        double is = page->values[i].value;
        if (isnan(was) || isnan(is)) continue;
        if (is < was) return false;
        if (was >= 100 && is - was <= was / 100) *proof = true;
    }
    return true;
}

static bool masked(const char *serial) {
    // Uploads and samples hide the serial: "--", "REDACTED", "XXXX", "000000".
    if (strlen(serial) < 4 || strcmp(serial, "REDACTED") == 0) return true;
    return strspn(serial, "*") == strlen(serial) || strspn(serial, "Xx") == strlen(serial) ||
           strspn(serial, "Z") == strlen(serial) || strspn(serial, "0") == strlen(serial);
}

static bool same_serial(const struct disk *disk, const struct smart_page *page) {
    return !masked(page->serial) && strcmp(disk->serial, page->serial) == 0 && strcmp(disk->model, page->model) == 0;
}

static struct disk *by_name(struct smart_file *file, const struct smart_page *page) {
    if (page->device[0] == '\0') return NULL;
    for (size_t i = file->disk_count; i-- > 0;) {
        struct disk *disk = &file->disks[i];
        if (strcmp(disk->device, page->device) != 0) continue;
        bool both = !masked(disk->serial) && !masked(page->serial);
        if (!both || strcmp(disk->serial, page->serial) == 0) return disk;
        source_problem(file->source, page->line, SEVERITY_WARNING,
                       tr("%s has another serial number than before: it is taken as another disk"), page->device);
        return NULL;
    }
    return NULL;
}

static struct disk *by_serial(struct smart_file *file, const struct smart_page *page) {
    for (size_t i = 0; i < file->disk_count; i++) {
        struct disk *disk = &file->disks[i];
        bool other_name = page->device[0] != '\0' && disk->device[0] != '\0' && strcmp(page->device, disk->device) != 0;
        if (!other_name && same_serial(disk, page)) return disk;
    }
    return NULL;
}

static struct disk *nth_anonymous(struct smart_file *file, size_t slot) {
    for (size_t i = 0; i < file->disk_count; i++)
        if (file->disks[i].anonymous && slot-- == 0) return &file->disks[i];
    return NULL;
}

static bool same_model(const struct disk *disk, const struct smart_page *page) {
    return strcmp(disk->model, page->model) == 0;
}

// A page that names nothing: by its place in the round of pages since the last clock, if the
// counters allow it; else by counters alone.
static struct disk *by_counters(struct smart_file *file, const struct smart_page *page, millis time) {
    bool proof = false;
    struct disk *here = nth_anonymous(file, file->slot++);
    if (here != NULL && time != MILLIS_NONE && !here->in_round && same_model(here, page) &&
        may_follow(here->last, page, &proof)) {
        if (!proof)
            source_problem(file->source, page->line, SEVERITY_INFO,
                           tr("this page names no disk: by its place after the clock it is taken as the next snapshot "
                              "of %s"),
                           here->entity);
        return here;
    }
    for (size_t i = file->disk_count; i-- > 0;) {
        struct disk *disk = &file->disks[i];
        if (!disk->anonymous || !same_model(disk, page) || !may_follow(disk->last, page, &proof) || !proof) continue;
        source_problem(file->source, page->line, SEVERITY_INFO,
                       tr("this page names no disk: its counters continue those of %s, so it is taken as its next "
                          "snapshot"),
                       disk->entity);
        return disk;
    }
    return NULL;
}

// Only a hostile file gets here: what is beyond the limits is dropped, and said once.
static bool too_much(struct smart_file *file, bool over, uint32_t line) {
    if (over && !file->full)
        source_problem(file->source, line, SEVERITY_WARNING,
                       tr("more disks, attributes or pages than are kept: the rest is not read"));
    file->full = file->full || over;
    return over;
}

static struct disk *new_disk(struct smart_file *file, const struct smart_page *page) {
    if (file->disk_count == DISKS_MOST) {
        too_much(file, true, page->line);
        return NULL;
    }
    file->disks = grow_array(file->disks, &file->disk_capacity, file->disk_count + 1, sizeof *file->disks);
    struct disk *disk = &file->disks[file->disk_count++];
    *disk = (struct disk){.device = arena_string(file->arena, page->device),
                          .model = arena_string(file->arena, page->model),
                          .serial = arena_string(file->arena, page->serial),
                          .anonymous = page->device[0] == '\0' && masked(page->serial)};
    size_t namesakes = 0;
    for (size_t i = 0; i + 1 < file->disk_count; i++)
        if (page->device[0] != '\0' && strcmp(file->disks[i].device, page->device) == 0) namesakes++;
    if (page->device[0] == '\0')
        disk->entity = arena_printf(file->arena, "disk%zu", file->unnamed++);
    else if (namesakes > 0)
        disk->entity = arena_printf(file->arena, "%s#%zu", page->device, namesakes + 1);
    else
        disk->entity = disk->device;
    if (disk->anonymous && file->disk_count > 1)
        source_problem(
            file->source, page->line, SEVERITY_INFO,
            tr("this page names no disk and does not continue an earlier one: it is taken as another disk, %s"),
            disk->entity);
    return disk;
}

static void learn(struct smart_file *file, struct disk *disk, const struct smart_page *page) {
    if (disk->model[0] == '\0') disk->model = arena_string(file->arena, page->model);
    if (masked(disk->serial) && !masked(page->serial)) disk->serial = arena_string(file->arena, page->serial);
    if (disk->device[0] == '\0') disk->device = arena_string(file->arena, page->device);
}

static struct disk *disk_of(struct smart_file *file, const struct smart_page *page, millis time) {
    struct disk *disk = by_name(file, page);
    if (disk == NULL) disk = by_serial(file, page);
    if (disk == NULL && page->device[0] == '\0' && masked(page->serial)) disk = by_counters(file, page, time);
    if (disk == NULL) disk = new_disk(file, page);
    if (disk != NULL) learn(file, disk, page);
    return disk;
}

// A new round begins when the clock has moved on.
static void turn_round(struct smart_file *file, millis time) {
    if (time == MILLIS_NONE) return;
    if (file->round_start != MILLIS_NONE && llabs((long long)(time - file->round_start)) <= ROUND_SECONDS * 1000)
        return;
    file->round_start = time;
    file->slot = 0;
    for (size_t i = 0; i < file->disk_count; i++) file->disks[i].in_round = false;
}

// ── writing ─────────────────────────────────────────────────────────────────

static void remember_undated(struct smart_file *file, const struct table *table, size_t row, uint32_t line) {
    file->undated = grow_array(file->undated, &file->undated_capacity, file->undated_count + 1, sizeof *file->undated);
    file->undated[file->undated_count++] = (struct row){
        .table = (size_t)(table - file->source->tables), .row = row, .report = file->source->reports, .line = line};
}

static void write_row(struct smart_file *file, const struct disk *disk, const struct smart_page *page, millis time) {
    struct source *source = file->source;
    struct table *table = source_table(source, text_of(disk->entity), ENTITY_DISK);
    if (too_much(file, table->row_count * (table->column_count + 1) > CELLS_MOST, page->line)) return;
    size_t row = table_row(table, time, 0, page->line);
    for (size_t i = 0; i < page->value_count; i++) {
        const struct smart_value *value = &page->values[i];
        bool over = table->column_count >= COLUMNS_MOST && table_find(table, value->name) == NULL;
        if (too_much(file, over, page->line)) continue;
        table_set(table, row, table_column(source, table, value->name, value->unit, value->kind), value->value);
    }
    if (time == MILLIS_NONE) remember_undated(file, table, row, page->line);
}

// A snapshot repeats nearly all of what the one before it said.
static bool said_before(const struct smart_page *before, size_t i, const struct smart_note *note) {
    if (before == NULL || i >= before->note_count || before->notes[i].is_event) return false;
    return strcmp(before->notes[i].key, note->key) == 0 && strcmp(before->notes[i].text, note->text) == 0;
}

static void write_notes(struct smart_file *file, const struct disk *disk, const struct smart_page *page, millis time) {
    struct source *source = file->source;
    struct text name = disk == NULL ? (struct text){"", 0} : text_of(disk->entity);
    for (size_t i = 0; i < page->note_count; i++) {
        const struct smart_note *note = &page->notes[i];
        if (note->is_event)
            source_event(source, time, note->line, note->kind, name, text_of(note->text), note->value);
        else if (!said_before(disk == NULL ? NULL : disk->last, i, note) &&
                 !too_much(file, source->fact_count >= FACTS_MOST, note->line))
            source_fact(source, name, note->key, text_of(note->text), note->line);
    }
}

// What a page says when nothing in it proves a disk: a refusal that names none, a bare verdict.
static bool says_nothing(const struct smart_page *page) {
    return page->value_count == 0 && page->device[0] == '\0' && page->model[0] == '\0' && masked(page->serial) &&
           page->refused;
}

void smart_file_close(struct smart_file *file) {
    struct smart_page *page = file->page;
    if (smart_page_empty(page)) {
        page_free(page);
        file->page = page_new();
        return;
    }
    millis time = page->dated ? page_time(file->source, page) : MILLIS_NONE;
    if (file->first_time == MILLIS_NONE) file->first_time = time;
    turn_round(file, time);
    if (page->model[0] != '\0') smart_page_fact(page, "model", text_of(page->model), page->model_line);
    if (!masked(page->serial)) smart_page_fact(page, "serial", text_of(page->serial), page->serial_line);
    struct disk *disk = says_nothing(page) ? NULL : disk_of(file, page, time);
    if (disk != NULL && (page->value_count > 0 || !page->refused)) write_row(file, disk, page, time);
    write_notes(file, disk, page, time);
    file->source->reports++;
    if (disk != NULL && page->value_count > 0) {
        page_free(disk->last);
        disk->last = page;
        disk->in_round = true;
    } else {
        page_free(page);
    }
    file->page = page_new();
}

// Rows without a clock: in a file that has clocks they take the one before them, else their place in the file.
static void date_the_undated(struct smart_file *file) {
    struct source *source = file->source;
    for (size_t i = 0; source->clock == CLOCK_NONE && i < file->undated_count; i++) {
        const struct row *row = &file->undated[i];
        source->tables[row->table].time[row->row] = (millis)row->report;
    }
    if (source->clock == CLOCK_NONE || file->undated_count == 0) return;
    for (size_t i = 0; i < source->table_count; i++) {
        struct table *table = &source->tables[i];
        millis near = file->first_time;
        for (size_t k = 0; k < table->row_count; k++) {
            if (table->time[k] == MILLIS_NONE) table->time[k] = near;
            near = table->time[k];
        }
    }
    source_problem(source, file->undated[0].line, SEVERITY_WARNING,
                   tr("%zu pages print no clock, this one is the first: the time of the page before is assumed"),
                   file->undated_count);
}

void smart_file_finish(struct smart_file *file) {
    smart_file_close(file);
    date_the_undated(file);
    page_free(file->page);
    for (size_t i = 0; i < file->disk_count; i++) page_free(file->disks[i].last);
    free(file->disks);
    free(file->undated);
    arena_free(file->arena);
}
