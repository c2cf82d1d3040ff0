// iostat's text form, in all its layouts. What a line is, is decided line by line; what the rows
// mean, in iostat_log.c.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/iostat.h"
#include "parsers/iostat_log.h"
#include "parsers/line_prefix.h"

// -h splits a report into four tables; one more for avg-cpu, and room for a log that changes its options.
enum { LAYOUTS_KEPT = 8, HEADER_MOST = 1024, NAME_MOST = 256 };

// A stamp stands in the first bytes of its line.
enum { LOOSE_STAMP_MOST = 120 };

// A loop prints thousands of banners that say the same.
enum { BANNERS_NOTED = 16 };

struct table_header {
    struct iostat_layout layout;
    bool name_last;
    size_t indent;  // blanks before the header: a row with more is a group's
    size_t length;
    char line[HEADER_MOST];  // to recognise the header when it comes again
};

enum section { SECTION_NONE, SECTION_CPU, SECTION_DISKS };

struct reader {
    struct iostat_log log;
    struct source *source;
    struct line_prefix prefix;
    bool prefix_known;
    char first_host[NAME_MOST];  // of a "host: " prefix
    struct text line_stamp;      // what the line's prefix says
    bool foreign;                // lines of another host: counted, not used
    bool foreign_boot, foreign_cpu, cut_before_table;
    size_t foreign_reports, foreign_boot_reports;
    bool foreign_said, groups_said, unknown_said, usage;
    enum section section;
    uint64_t report_mask;  // quantities of the tables of this report so far
    struct table_header cpu;
    struct table_header headers[LAYOUTS_KEPT];
    size_t header_count, header;
    char pending_name[NAME_MOST];  // -h of 10.0.1 to 11.7.1: the name stands on its own line
    size_t banners;
    unsigned blanks_after_banner;
    bool after_banner, loose_rows;
    uint32_t line;
};

// ── recognising lines ───────────────────────────────────────────────────────

static size_t leading_blanks(struct text line) {
    size_t count = 0;
    while (count < line.length && (line.at[count] == ' ' || line.at[count] == '\t')) count++;
    return count;
}

static bool is_device_word(struct text word) { return text_equal(word, "Device") || text_equal(word, "Device:"); }

// Offset of a table's header in the line, SIZE_MAX if there is none: "Device" with known columns around it.
static size_t header_offset(struct text line) {
    size_t at = text_find(line, "Device");
    if (at == SIZE_MAX) return SIZE_MAX;
    struct text rest = text_skip(line, at);
    if (!is_device_word(text_word(&rest))) return SIZE_MAX;
    struct iostat_field field;
    struct text next = text_word(&rest);
    if (next.length > 0) return iostat_field_find(next, &field) ? at : SIZE_MAX;
    // The name is the last column.
    struct text before = text_trim(text_head(line, at));
    size_t last = before.length;
    while (last > 0 && before.at[last - 1] != ' ' && before.at[last - 1] != '\t') last--;
    return iostat_field_find(text_skip(before, last), &field) ? at : SIZE_MAX;
}

static size_t cpu_offset(struct text line) {
    size_t at = text_find(line, "avg-cpu:");
    return at != SIZE_MAX && text_has(text_skip(line, at), "%idle") ? at : SIZE_MAX;
}

// "Linux 6.1.0 (host) 11/23/26 _x86_64_ (2 CPU)", in which only the machine may be missing; before sysstat 8 the date
// was all that followed the host.
static size_t banner_offset(struct text line) {
    size_t at = text_find(line, "Linux ");
    if (at == SIZE_MAX) return SIZE_MAX;
    struct text rest = text_skip(line, at);
    size_t open = text_find(rest, " (");
    if (open == SIZE_MAX || open > 128) return SIZE_MAX;
    rest = text_skip(rest, open);
    size_t close = text_find(rest, ")");
    if (close == SIZE_MAX) return SIZE_MAX;
    struct iostat_stamp date;
    if (text_has(rest, "_")) return at;
    return iostat_stamp_read(text_skip(rest, close + 1), &date) && date.when.has_date ? at : SIZE_MAX;
}

static size_t own_offset(struct text line) {
    size_t at = banner_offset(line);
    if (at == SIZE_MAX) at = cpu_offset(line);
    if (at != SIZE_MAX) return at;
    at = header_offset(line);
    if (at == SIZE_MAX) return SIZE_MAX;
    struct text rest = text_skip(line, at);
    text_word(&rest);
    return text_trim(rest).length == 0 ? SIZE_MAX : at;  // with the name last, the header begins with blanks
}

static bool is_refusal(struct text line) {
    return text_has(line, "iostat: command not found") || text_has(line, "iostat: not found") ||
           text_has(line, "Usage: iostat") || text_has(line, "usage: iostat");
}

// Beyond the problems that are kept, skipped lines are only counted: their texts would fill the memory.
static bool will_be_shown(struct reader *r) {
    if (r->source->problem_count < PROBLEMS_KEPT) return true;
    source_skip(r->source, r->line, "%s", "");
    return false;
}

static char *shown(struct reader *r, struct text text, size_t most) {
    return text_copy(r->source->arena_, text_head(text, most));
}

// ── bidding ─────────────────────────────────────────────────────────────────

// A row as grep '^sda' leaves it: a disk's name and numbers.
static bool is_bare_row(struct text line) {
    static const char *const disks[] = {"sd", "nvme", "vd", "xvd", "hd", "dm-", "md", "mmcblk"};
    struct text name = text_word(&line);
    bool disk = false;
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) disk |= text_starts(name, disks[i]);
    if (!disk) return false;
    size_t numbers = 0;
    double value;
    char suffix;
    for (struct text word = text_word(&line); word.length > 0; word = text_word(&line), numbers++)
        if (!fields_number(word, &value, &suffix)) return false;
    return numbers >= 6;
}

int iostat_text_bid(struct text head, bool whole) {
    (void)whole;
    if (text_starts(text_trim(head), "{")) return BID_NONE;
    size_t lines = 0;
    size_t bare = 0;
    int bid = BID_NONE;
    while (head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        if (header_offset(line) != SIZE_MAX) return BID_SURE;
        if (cpu_offset(line) != SIZE_MAX) bid = BID_LIKELY + 20;
        if (bid == BID_NONE && is_refusal(line)) bid = BID_LIKELY;
        if (text_trim(line).length == 0) continue;
        lines++;
        if (is_bare_row(line)) bare++;
    }
    return bid == BID_NONE && bare > 0 && bare * 2 > lines ? BID_WEAK : bid;
}

// ── banners, stamps ─────────────────────────────────────────────────────────

static void learn_prefix(struct reader *r, struct text line) {
    size_t own = own_offset(line);
    if (own == SIZE_MAX) return;
    line_prefix_learn(&r->prefix, line, own);
    r->prefix_known = true;
}

static void learn_from_head(struct reader *r, struct text head) {
    while (head.at != NULL && !r->prefix_known) learn_prefix(r, text_cut(&head, '\n'));
}

// "(8 CPU)" at the end of a banner.
static void note_cpus(struct reader *r, struct text rest) {
    size_t open = text_find(rest, "(");
    if (open == SIZE_MAX) return;
    rest = text_skip(rest, open + 1);
    int64_t cpus;
    struct text count = text_word(&rest);
    if (text_integer(count, &cpus) && text_has(rest, "CPU"))
        source_fact(r->source, TEXT("cpu"), "cpus", count, r->line);
}

// Logs of several machines in one file are told apart by their banners; only the first machine's are used, since their
// disks have the same names.
static void note_host(struct reader *r, struct text host) {
    for (struct text rest = host; rest.length > 0; rest = text_skip(rest, text_utf8(rest)))
        if (text_utf8(rest) == 0) return;
    if (r->source->host[0] == '\0') {
        r->source->host = text_copy(r->source->arena_, host);
        return;
    }
    if (r->prefix.kind == LINE_PREFIX_HOST) return;
    r->foreign = !text_equal(host, r->source->host);
    r->foreign_boot = true;
    if (r->foreign && !r->foreign_said)
        source_problem(r->source, r->line, SEVERITY_WARNING,
                       tr("reports of another host (%s) begin here: only those of %s are used; split the log by host"),
                       text_copy(r->source->arena_, host), r->source->host);
    r->foreign_said |= r->foreign;
}

static void read_banner(struct reader *r, struct text line) {
    struct text rest = text_skip(line, banner_offset(line) + strlen("Linux "));
    struct text release = text_word(&rest);
    rest = text_skip(rest, text_find(rest, "(") + 1);
    size_t close = text_find(rest, ")");
    struct text host = text_head(rest, close);
    rest = text_skip(rest, close + 1);
    size_t machine = text_find(rest, "_");
    note_host(r, host);
    if (r->foreign) return;
    if (r->banners++ < BANNERS_NOTED) {
        source_fact(r->source, TEXT("host"), "kernel", release, r->line);
        note_cpus(r, text_skip(rest, machine));
    }
    iostat_log_run(&r->log, r->line, text_trim(text_head(rest, machine)));
    r->section = SECTION_NONE;
    r->report_mask = 0;
    r->after_banner = true;
    r->blanks_after_banner = 0;
}

// 12.1.5 to 12.7.6 print an extra blank line after the banner when -y leaves out the report since boot.
static void see_first_line_after_banner(struct reader *r) {
    if (!r->after_banner) return;
    r->after_banner = false;
    if (r->blanks_after_banner >= 2) r->log.runs[r->log.run_count - 1].no_boot_report = true;
}

// A stamp inside a line of its own making: `echo "$(date): I/O Snapshot"`, "=== 2026-11-23 11:44:02 ===".
static bool read_loose_stamp(struct text line, struct iostat_stamp *out) {
    line = text_trim(text_head(line, LOOSE_STAMP_MOST));
    if (memchr(line.at, ':', line.length) == NULL && !text_has(line, "分") && !text_has(line, "분")) return false;
    while (line.length > 0 && strchr("=-#*[<> \t", line.at[0]) != NULL && line.at[0] != '\0') line = text_skip(line, 1);
    struct when when;
    size_t used;
    if (!when_read_prefix(line, DATE_ORDER_UNKNOWN, &when, &used)) {
        // "Timestamp: 2026-11-23 11:44:02"
        size_t colon = text_find(line, ": ");
        if (colon == SIZE_MAX || colon > 32) return false;
        line = text_skip(line, colon + 2);
        if (!when_read_prefix(line, DATE_ORDER_UNKNOWN, &when, &used)) return false;
    }
    return when.has_time && iostat_stamp_read(text_head(line, used), out);
}

// ── headers ─────────────────────────────────────────────────────────────────

static bool add_columns(struct reader *r, struct table_header *header, struct text line, const char *kind) {
    size_t known = 0;
    for (struct text word = text_word(&line); word.length > 0; word = text_word(&line)) {
        if (is_device_word(word) || text_equal(word, "avg-cpu:")) continue;
        struct iostat_field field = {.quantity = IOSTAT_UNUSED, .scale = 1};
        if (iostat_field_find(word, &field)) {
            known++;
        } else if (!r->unknown_said) {
            source_problem(r->source, r->line, SEVERITY_WARNING, tr("unknown column %s in the header of the %s table"),
                           text_copy(r->source->arena_, text_head(word, 40)), kind);
            r->unknown_said = true;
        }
        if (!iostat_layout_add(&header->layout, &field)) return false;
    }
    return known > 0;
}

static bool header_is(const struct table_header *header, struct text line) {
    return header->length == line.length && memcmp(header->line, line.at, line.length) == 0;
}

static void keep_header_line(struct table_header *header, struct text line) {
    header->length = line.length <= HEADER_MOST ? line.length : SIZE_MAX;
    if (line.length <= HEADER_MOST) memcpy(header->line, line.at, line.length);
}

// The header's index among those met, reading it if it is new. SIZE_MAX if it cannot be used.
static size_t find_header(struct reader *r, struct text line) {
    for (size_t i = 0; i < r->header_count; i++)
        if (header_is(&r->headers[i], line)) return i;
    size_t index = r->header_count < LAYOUTS_KEPT ? r->header_count++ : LAYOUTS_KEPT - 1;
    struct table_header *header = &r->headers[index];
    *header = (struct table_header){.indent = leading_blanks(line)};
    struct text rest = line;
    header->name_last = !is_device_word(text_word(&rest));
    if (add_columns(r, header, line, tr("device"))) {
        keep_header_line(header, line);
        return index;
    }
    r->header_count--;
    return SIZE_MAX;
}

static void new_report(struct reader *r) {
    struct iostat_stamp stamp;
    if (r->line_stamp.length > 0 && iostat_stamp_read(r->line_stamp, &stamp)) iostat_log_stamp(&r->log, &stamp);
    iostat_log_report(&r->log, r->line);
    r->report_mask = 0;
}

static void read_disk_header(struct reader *r, struct text line) {
    see_first_line_after_banner(r);
    size_t index = find_header(r, line);
    r->pending_name[0] = '\0';
    if (index == SIZE_MAX) {
        if (will_be_shown(r)) source_skip(r->source, r->line, tr("unknown table header: %s"), shown(r, line, 120));
        r->section = SECTION_NONE;
        return;
    }
    uint64_t mask = r->headers[index].layout.mask;
    // A table with columns that this report already has belongs to the next one; so does one behind a stamp.
    if ((r->report_mask & mask) != 0 || r->report_mask == 0 || r->log.pending.given) new_report(r);
    r->report_mask |= mask;
    r->header = index;
    r->section = SECTION_DISKS;
}

static void read_cpu_header(struct reader *r, struct text line) {
    see_first_line_after_banner(r);
    if (!header_is(&r->cpu, line)) {
        r->cpu = (struct table_header){0};
        add_columns(r, &r->cpu, line, "avg-cpu");
        keep_header_line(&r->cpu, line);
    }
    new_report(r);
    r->report_mask |= r->cpu.layout.mask;
    r->section = SECTION_CPU;
}

// ── rows ────────────────────────────────────────────────────────────────────

// One value in its printed unit; what a suffix says overrides what the header says.
static bool read_value(struct text word, const struct iostat_field *field, double *value) {
    char suffix;
    if (!fields_number(word, value, &suffix)) return false;
    if (suffix == '\0' || suffix == '%') return true;
    // "4.0?": larger than the largest unit. It must not pass for a small number.
    if (suffix == '?') {
        *value = INFINITY;
        return true;
    }
    double kib = fields_kib(suffix);
    if (!field->bytes || kib == 0) return false;
    *value = *value * kib / field->scale;
    return true;
}

// Reads exactly the layout's columns from *rest; leaves what follows in *rest.
static bool read_values(struct text *rest, const struct iostat_layout *layout, double *values) {
    for (size_t i = 0; i < layout->count; i++) {
        struct text word = text_word(rest);
        if (word.length == 0 || !read_value(word, &layout->fields[i], &values[i])) return false;
    }
    return true;
}

static void store_row(struct reader *r, struct text name, const double *values) {
    const struct iostat_layout *layout = &r->headers[r->header].layout;
    if (name.length > NAME_MOST) name.length = NAME_MOST;
    // Filtered logs have one header and then only rows: a device that comes again begins a new report.
    if (iostat_log_has(&r->log, name, ENTITY_DISK, layout->mask)) {
        new_report(r);
        r->report_mask |= layout->mask;
    }
    iostat_log_row(&r->log, name, ENTITY_DISK, r->line, layout, values);
}

static void note_group(struct reader *r, struct text name) {
    if (r->groups_said) return;
    r->groups_said = true;
    source_problem(r->source, r->line, SEVERITY_INFO,
                   tr("rows of the group %s (-g) are left out: they count their members again"),
                   text_copy(r->source->arena_, text_head(name, 40)));
}

// A row of the current device table. False if the line is none.
static bool read_disk_row(struct reader *r, struct text line) {
    const struct table_header *header = &r->headers[r->header];
    double values[IOSTAT_COLUMNS_MOST];
    struct text rest = line;
    if (r->pending_name[0] != '\0') {
        if (read_values(&rest, &header->layout, values) && text_trim(rest).length == 0) {
            store_row(r, text_of(r->pending_name), values);
            r->pending_name[0] = '\0';
            return true;
        }
        rest = line;
        r->pending_name[0] = '\0';
    }
    struct text name = {NULL, 0};
    if (!header->name_last) name = text_word(&rest);
    if (!read_values(&rest, &header->layout, values)) {
        if (header->name_last || text_trim(text_skip(line, leading_blanks(line) + name.length)).length > 0)
            return false;
        // A line with one word: the numbers follow on the next.
        struct iostat_stamp stamp;
        if (name.length == 0 || name.length >= NAME_MOST || name.at[0] == '^') return false;
        if (iostat_stamp_read(name, &stamp)) return false;
        memcpy(r->pending_name, name.at, name.length);
        r->pending_name[name.length] = '\0';
        return true;
    }
    if (header->name_last) name = text_word(&rest);
    if (name.length == 0 || text_trim(rest).length > 0) return false;
    if (!header->name_last && leading_blanks(line) > header->indent)
        note_group(r, name);
    else
        store_row(r, name, values);
    return true;
}

static bool read_cpu_row(struct reader *r, struct text line) {
    double values[IOSTAT_COLUMNS_MOST];
    r->section = SECTION_NONE;
    if (!read_values(&line, &r->cpu.layout, values) || text_trim(line).length > 0) return false;
    iostat_log_row(&r->log, TEXT("cpu"), ENTITY_CPU, r->line, &r->cpu.layout, values);
    return true;
}

// ── lines ───────────────────────────────────────────────────────────────────

static bool is_wrapping(struct text line) {
    return text_starts(line, "Script started on ") || text_starts(line, "Script done on ") || text_equal(line, "^C") ||
           text_starts(line, "Terminated") || text_starts(line, "Killed");
}

static void read_other(struct reader *r, struct text line) {
    struct text trimmed = text_trim(line);
    struct iostat_stamp stamp;
    if (text_starts(trimmed, "Time: ")) trimmed = text_skip(trimmed, strlen("Time: "));
    if (iostat_stamp_read(trimmed, &stamp) || (!is_wrapping(trimmed) && read_loose_stamp(trimmed, &stamp))) {
        see_first_line_after_banner(r);
        iostat_log_stamp(&r->log, &stamp);
        r->section = SECTION_NONE;
        return;
    }
    if (is_wrapping(trimmed)) return;
    if (is_refusal(trimmed)) {
        r->usage = true;
        if (will_be_shown(r))
            source_skip(r->source, r->line, tr("iostat did not run here: %s"), shown(r, trimmed, 120));
        return;
    }
    if (r->usage && (text_starts(trimmed, "[ ") || text_starts(trimmed, "Options are"))) return;
    if (r->header_count == 0 && is_bare_row(trimmed)) {
        source_skip(r->source, r->line,
                    tr("a row without the header of its table: what its columns are is not known; keep the line "
                       "that begins with Device (grep -E 'Device|sda')"));
        r->loose_rows = true;
        return;
    }
    if (will_be_shown(r)) source_skip(r->source, r->line, tr("not understood: %s"), shown(r, trimmed, 80));
}

// Takes the prefix off the line and keeps what it says. In a log that several machines wrote together ("host: "
// before each line) the first one's lines are used.
static void unwrap(struct reader *r, struct text *line) {
    struct text host;
    if (!r->prefix_known) learn_prefix(r, *line);
    line_prefix_strip(&r->prefix, line, &r->line_stamp, &host);
    if (host.length == 0 || host.length >= NAME_MOST) return;
    if (r->first_host[0] == '\0') memcpy(r->first_host, host.at, host.length);
    bool foreign = !text_equal(host, r->first_host);
    if (foreign && !r->foreign_said)
        source_problem(r->source, r->line, SEVERITY_WARNING,
                       tr("lines of another host (%s) begin here: only those of %s are used; split the log by host"),
                       text_copy(r->source->arena_, host), text_copy(r->source->arena_, text_of(r->first_host)));
    r->foreign_said |= foreign;
    r->foreign = foreign;
}

// Lines of another host are only counted. Its banner or the first host's ends the section.
static bool read_foreign_line(struct reader *r, struct text line) {
    if (banner_offset(line) != SIZE_MAX) {
        r->foreign_boot = true;
        r->foreign_cpu = false;
        return r->prefix.kind == LINE_PREFIX_HOST;
    }
    bool cpu = cpu_offset(line) != SIZE_MAX;
    if (cpu || (header_offset(line) != SIZE_MAX && !r->foreign_cpu)) {
        r->foreign_reports++;
        if (r->foreign_boot) r->foreign_boot_reports++;
        r->foreign_boot = false;
        r->foreign_cpu = cpu;
    } else if (header_offset(line) != SIZE_MAX) {
        r->foreign_cpu = false;
    }
    return true;
}

static void read_line(struct reader *r, struct text line) {
    if (text_trim(line).length == 0) {
        if (r->after_banner) r->blanks_after_banner++;
        return;
    }
    if (r->foreign && read_foreign_line(r, line)) return;
    if (r->section == SECTION_CPU && read_cpu_row(r, line)) return;
    if (r->section == SECTION_DISKS && read_disk_row(r, line)) return;
    if (header_offset(line) != SIZE_MAX)
        read_disk_header(r, line);
    else if (cpu_offset(line) != SIZE_MAX)
        read_cpu_header(r, line);
    else if (banner_offset(line) != SIZE_MAX)
        read_banner(r, line);
    else
        read_other(r, line);
}

static void judge(struct reader *r) {
    struct source *source = r->source;
    if (source->reports > 0) return;
    source->refused = true;
    if (r->usage)
        source_problem(source, 0, SEVERITY_CRITICAL, tr("iostat did not run: there are no reports in this log"));
    else if (r->loose_rows)
        source_problem(source, 0, SEVERITY_CRITICAL, tr("rows without a header: the log cannot be used"));
    else
        source_problem(source, 0, SEVERITY_CRITICAL, tr("no report of iostat in this log"));
}

void iostat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct reader *r = arena_alloc(source->arena_, sizeof *r);
    r->source = source;
    iostat_log_begin(&r->log, source, options);
    learn_from_head(r, lines_peek(lines));
    struct text line;
    while (lines_next(lines, &line)) {
        r->line = lines_number(lines);
        unwrap(r, &line);
        if (lines_unended(lines) && text_trim(line).length > 0) {
            source_skip(source, r->line, tr("the file ends in the middle of this line: not used"));
            // A report counts as printed when its table has begun.
            r->cut_before_table = r->header_count > 0 && r->report_mask == r->cpu.layout.mask;
            continue;
        }
        read_line(r, line);
    }
    iostat_log_finish(&r->log);
    source->reports += r->foreign_reports;
    if (r->cut_before_table) source->reports--;
    source->since_boot_reports += r->foreign_boot_reports;
    judge(r);
}
