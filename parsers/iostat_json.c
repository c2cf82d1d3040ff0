// iostat -o JSON, in all its versions, whole or broken.
//
// The document is not loaded as one: several versions printed invalid JSON, and a log that was stopped
// is never closed. A small scanner keeps track of where it is; every innermost object (avg-cpu, one disk) is given to
// jansson by itself.
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/iostat.h"
#include "parsers/iostat_log.h"

enum { DEPTH_MOST = 32, KEY_MOST = 64, LEAF_MOST = 64 << 10, UNKNOWN_KEYS_SHOWN = 8, FACTS_MOST = 16 };

// A day of `iostat -xt 1 -o JSON` with twelve disks is 500 MB; more memory than this is not taken for one log.
static const size_t document_limit = (size_t)1 << 30;

struct level {
    bool array;
    bool statistics;  // the array of reports
};

struct scanner {
    struct iostat_log log;
    struct source *source;
    struct text text;
    size_t at;
    uint32_t line, last_line;
    struct level levels[DEPTH_MOST];
    size_t depth;  // may exceed DEPTH_MOST; deeper levels are not looked at
    char key[KEY_MOST];
    bool in_report;
    char date[128];
    size_t unknown_keys, facts;
    size_t doubled, plain;  // rates that are twice, or just, requests times their size
};

int iostat_json_bid(struct text head, bool whole) {
    (void)whole;
    size_t brace = text_find(head, "{");
    if (brace == SIZE_MAX || !text_has(head, "\"sysstat\"")) return BID_NONE;
    // Other tools of the package share the outer levels, but not these names.
    return text_has(head, "\"disk_device\"") || text_has(head, "\"avg-cpu\"") ? BID_SURE : BID_NONE;
}

// ── scanning ────────────────────────────────────────────────────────────────

static char current(const struct scanner *s) { return s->at < s->text.length ? s->text.at[s->at] : '\0'; }

static void advance(struct scanner *s) {
    // A lone CR is no line of its own where an editor counts, but comes as a line end, too.
    if (s->text.at[s->at] == '\n' && s->line < s->last_line) s->line++;
    s->at++;
}

static void skip_space(struct scanner *s) {
    while (s->at < s->text.length && strchr(" \t\r\n", current(s)) != NULL && current(s) != '\0') advance(s);
}

// The string that begins at the cursor, without its quotes; false if the text ends in it.
static bool scan_string(struct scanner *s, struct text *out) {
    size_t start = ++s->at;
    while (s->at < s->text.length && current(s) != '"') {
        if (current(s) == '\\' && s->at + 1 < s->text.length) advance(s);
        advance(s);
    }
    if (s->at >= s->text.length) return false;
    *out = (struct text){s->text.at + start, s->at - start};
    s->at++;
    return true;
}

// Offset behind the '}' of the object at the cursor if nothing is nested in it, 0 if something is, SIZE_MAX if the
// text ends first.
static size_t leaf_end(const struct scanner *s) {
    bool quoted = false;
    size_t i = s->at + 1;
    for (; i < s->text.length && i - s->at < LEAF_MOST; i++) {
        char c = s->text.at[i];
        if (quoted) {
            if (c == '\\') i++;
            if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            return 0;
        } else if (c == '}') {
            return i + 1;
        }
    }
    return i >= s->text.length ? SIZE_MAX : 0;
}

// ── innermost objects ───────────────────────────────────────────────────────

// 11.5.1 under a locale with decimal commas prints `"user": 36,81, "nice": 0,00`: a comma between digits is a point,
// since the comma between members is followed by a blank.
static void repair_commas(char *leaf, size_t length) {
    bool quoted = false;
    for (size_t i = 1; i + 1 < length; i++) {
        if (leaf[i] == '"') quoted = !quoted;
        bool digits = leaf[i - 1] >= '0' && leaf[i - 1] <= '9' && leaf[i + 1] >= '0' && leaf[i + 1] <= '9';
        if (!quoted && leaf[i] == ',' && digits) leaf[i] = '.';
    }
}

static json_t *load_leaf(struct text leaf) {
    json_t *object = json_loadb(leaf.at, leaf.length, JSON_REJECT_DUPLICATES, NULL);
    if (object != NULL) return object;
    char *copy = malloc(leaf.length);
    if (copy == NULL) return NULL;
    memcpy(copy, leaf.at, leaf.length);
    repair_commas(copy, leaf.length);
    object = json_loadb(copy, leaf.length, JSON_REJECT_DUPLICATES, NULL);
    free(copy);
    return object;
}

static void read_members(struct scanner *s, json_t *object, struct iostat_layout *layout, double *values) {
    bool old_names = json_object_get(object, "r") != NULL || json_object_get(object, "avgrq-sz") != NULL;
    const char *key;
    json_t *value;
    *layout = (struct iostat_layout){0};
    json_object_foreach(object, key, value) {
        if (!json_is_number(value)) continue;
        struct iostat_field field;
        if (!iostat_key_find(text_of(key), old_names, &field)) {
            if (s->unknown_keys++ < UNKNOWN_KEYS_SHOWN)
                source_problem(s->source, s->line, SEVERITY_INFO, tr("unknown key %s"),
                               text_copy(s->source->arena_, text_head(text_of(key), 40)));
            continue;
        }
        if (!iostat_layout_add(layout, &field)) return;
        values[layout->count - 1] = json_number_value(value);
    }
}

static double value_of(const struct iostat_layout *layout, const double *values, uint8_t quantity) {
    for (size_t i = 0; i < layout->count; i++)
        if (layout->fields[i].quantity == quantity) return values[i] * layout->fields[i].scale;
    return NAN;
}

// 12.1.2 to 12.2.0 print sectors under rkB/s, wkB/s and dkB/s. Only rows with enough requests to tell are counted.
static void compare_rates(struct scanner *s, const struct iostat_layout *layout, const double *values) {
    static const uint8_t kinds[][3] = {{IOSTAT_READS, IOSTAT_READ_KB, IOSTAT_READ_SIZE},
                                       {IOSTAT_WRITES, IOSTAT_WRITE_KB, IOSTAT_WRITE_SIZE},
                                       {IOSTAT_DISCARDS, IOSTAT_DISCARD_KB, IOSTAT_DISCARD_SIZE}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double requests = value_of(layout, values, kinds[i][0]);
        double size = value_of(layout, values, kinds[i][2]);
        double ratio = value_of(layout, values, kinds[i][1]) / (requests * size);
        if (!(requests >= 1) || !(size >= 1)) continue;
        s->doubled += ratio > 1.9 && ratio < 2.1;
        s->plain += ratio > 0.9 && ratio < 1.1;
    }
}

static void begin_report(struct scanner *s) {
    if (s->in_report) return;
    s->in_report = true;
    iostat_log_report(&s->log, s->line);
}

static void read_leaf(struct scanner *s, struct text leaf) {
    json_t *object = load_leaf(leaf);
    if (object == NULL) {
        source_skip(s->source, s->line, tr("not valid JSON: %s"), text_copy(s->source->arena_, text_head(leaf, 80)));
        return;
    }
    struct iostat_layout layout;
    double values[IOSTAT_COLUMNS_MOST];
    const char *device = json_string_value(json_object_get(object, "disk_device"));
    if (device != NULL) {
        read_members(s, object, &layout, values);
        compare_rates(s, &layout, values);
        begin_report(s);
        if (layout.count > 0) iostat_log_row(&s->log, text_of(device), ENTITY_DISK, s->line, &layout, values);
    } else if (strcmp(s->key, "avg-cpu") == 0) {
        read_members(s, object, &layout, values);
        begin_report(s);
        if (layout.count > 0) iostat_log_row(&s->log, TEXT("cpu"), ENTITY_CPU, s->line, &layout, values);
    }
    json_decref(object);
}

// ── the levels above ────────────────────────────────────────────────────────

static void read_string_member(struct scanner *s, struct text value) {
    struct iostat_stamp stamp;
    if (strcmp(s->key, "nodename") == 0) {
        if (s->source->host[0] == '\0') s->source->host = text_copy(s->source->arena_, value);
    } else if (strcmp(s->key, "release") == 0) {
        if (s->facts++ < FACTS_MOST) source_fact(s->source, TEXT("host"), "kernel", value, s->line);
    } else if (strcmp(s->key, "date") == 0) {
        size_t length = value.length < sizeof s->date - 1 ? value.length : sizeof s->date - 1;
        memcpy(s->date, value.at, length);
        s->date[length] = '\0';
    } else if (strcmp(s->key, "timestamp") == 0 && iostat_stamp_read(value, &stamp)) {
        iostat_log_stamp(&s->log, &stamp);
        begin_report(s);
    }
}

// A number or word outside the innermost objects.
static void read_bare_member(struct scanner *s) {
    size_t start = s->at;
    while (s->at < s->text.length && strchr(",]}\"{[ \t\r\n", current(s)) == NULL) s->at++;
    if (s->at == start) s->at++;  // a NUL byte, which strchr finds at the end of its list
    if (strcmp(s->key, "number-of-cpus") == 0 && s->facts++ < FACTS_MOST)
        source_fact(s->source, TEXT("cpu"), "cpus", (struct text){s->text.at + start, s->at - start}, s->line);
}

// With -y the list of reports begins with a comma or a blank line, where the report since boot was left out.
static bool begins_without_boot_report(const struct scanner *s) {
    size_t newlines = 0;
    for (size_t i = s->at; i < s->text.length; i++) {
        char c = s->text.at[i];
        if (c == ',') return true;
        if (c == '\n') newlines++;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') break;
    }
    return newlines >= 2;
}

static void open_level(struct scanner *s, bool array) {
    bool statistics = array && strcmp(s->key, "statistics") == 0;
    if (s->depth < DEPTH_MOST) s->levels[s->depth] = (struct level){.array = array, .statistics = statistics};
    s->depth++;
    s->at++;
    s->key[0] = '\0';
    if (!statistics) return;
    iostat_log_run(&s->log, s->line, text_of(s->date));
    if (begins_without_boot_report(s)) s->log.runs[s->log.run_count - 1].no_boot_report = true;
}

static bool inside_statistics(const struct scanner *s) {
    return s->depth > 0 && s->depth <= DEPTH_MOST && s->levels[s->depth - 1].statistics;
}

static void open_object(struct scanner *s) {
    size_t end = leaf_end(s);
    bool report = inside_statistics(s);
    if (report) s->in_report = false;
    if (end == SIZE_MAX) {
        source_skip(s->source, s->line, tr("the file ends in the middle of this record: not used"));
        s->at = s->text.length;
    } else if (end == 0 || report) {
        open_level(s, false);
    } else {
        struct text leaf = {s->text.at + s->at, end - s->at};
        read_leaf(s, leaf);
        while (s->at < end) advance(s);
    }
}

static void close_level(struct scanner *s) {
    if (s->depth > 0) s->depth--;
    if (inside_statistics(s)) s->in_report = false;
    s->key[0] = '\0';
    s->at++;
}

static bool read_string(struct scanner *s) {
    struct text string;
    if (!scan_string(s, &string)) return false;
    skip_space(s);
    if (current(s) != ':') {
        read_string_member(s, string);
        return true;
    }
    s->at++;
    size_t length = string.length < KEY_MOST - 1 ? string.length : KEY_MOST - 1;
    memcpy(s->key, string.at, length);
    s->key[length] = '\0';
    return true;
}

static void scan(struct scanner *s) {
    while (true) {
        skip_space(s);
        if (s->at >= s->text.length) return;
        switch (current(s)) {
            case '{':
                open_object(s);
                break;
            case '[':
                open_level(s, true);
                break;
            case '}':
            case ']':
                close_level(s);
                break;
            case ',':
                s->at++;
                break;
            case '"':
                if (!read_string(s)) return;
                break;
            default:
                read_bare_member(s);
                break;
        }
    }
}

// ── the end ─────────────────────────────────────────────────────────────────

static void halve(struct source *source) {
    static const char *const rates[] = {"rkB/s", "wkB/s", "dkB/s"};
    for (size_t i = 0; i < source->table_count; i++) {
        struct table *table = &source->tables[i];
        for (size_t k = 0; k < table->column_count; k++)
            for (size_t rate = 0; rate < 3; rate++)
                if (strcmp(table->columns[k].quantity, rates[rate]) == 0)
                    for (size_t row = 0; row < table->row_count; row++) table->columns[k].values[row] /= 2;
    }
    source_problem(source, 0, SEVERITY_INFO,
                   tr("rkB/s, wkB/s and dkB/s of this log are sectors (an error of sysstat 12.1.2 to 12.2.0): halved"));
}

void iostat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct scanner *s = arena_alloc(source->arena_, sizeof *s);
    bool whole = true;
    s->source = source;
    s->line = 1;
    s->text = lines_rest(lines, document_limit, &whole);
    s->last_line = lines_number(lines);
    if (!whole)
        source_problem(source, 0, SEVERITY_WARNING, tr("only the first %zu MiB of this log are read"),
                       document_limit >> 20);
    iostat_log_begin(&s->log, source, options);
    scan(s);
    size_t doubled = s->doubled;
    size_t plain = s->plain;
    iostat_log_finish(&s->log);
    if (doubled > 2 * plain) halve(source);
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no report of iostat in this log"));
}
