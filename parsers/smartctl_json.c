#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/smartctl.h"
#include "parsers/smartctl_attribute.h"
#include "parsers/smartctl_lines.h"
#include "parsers/smartctl_page.h"

// One document is a few ten kB; a day of them every minute is below this.
enum {
    TEXT_LIMIT = 256 << 20,
    DOCUMENT_LIMIT = 4 << 20,  // a document of smartctl has some 40 kB
    BROKEN_MOST = 100,         // documents that are no JSON, before the file is given up
};

int smartctl_json_bid(struct text head, bool whole) {
    (void)whole;
    struct text trimmed = text_trim(head);
    size_t brace = text_find(text_head(trimmed, 4096), "{");
    // A prompt or a clock may stand before the first document; a log with braces in its text is no document.
    if (brace == SIZE_MAX) return BID_NONE;
    struct text inside = text_trim(text_skip(trimmed, brace + 1));
    if (inside.length == 0 || (inside.at[0] != '"' && inside.at[0] != '}')) return BID_NONE;
    bool own = text_has(head, "\"smartctl\"") || text_has(head, "\"ata_smart_attributes\"") ||
               text_has(head, "\"nvme_smart_health_information_log\"") || text_has(head, "\"scsi_grown_defect_list\"");
    bool status = text_has(head, "\"smart_status\"") && text_has(head, "\"device\"");
    if (!own && !status) return BID_NONE;
    return brace == 0 ? BID_SURE + 5 : BID_LIKELY + 20;
}

// ── getting at members ──────────────────────────────────────────────────────

// "a.b.c" below `object`; NULL if any step is missing.
static const json_t *at(const json_t *object, const char *path) {
    struct text rest = text_of(path);
    while (object != NULL && rest.at != NULL) {
        struct text key = text_cut(&rest, '.');
        object = json_is_object(object) ? json_object_getn(object, key.at, key.length) : NULL;
    }
    return object;
}

static double number_at(const json_t *object, const char *path) {
    const json_t *value = at(object, path);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *string_at(const json_t *object, const char *path) {
    const char *value = json_string_value(at(object, path));
    return value != NULL ? value : "";
}

static bool fact_at(struct smart_page *page, const json_t *root, const char *path, const char *key) {
    const char *value = string_at(root, path);
    if (value[0] == '\0') return false;
    smart_page_fact(page, key, text_of(value), page->line);
    return true;
}

static void value_at(struct smart_page *page, const json_t *root, const char *path, const char *name, enum unit unit,
                     enum series_kind kind) {
    double value = number_at(root, path);
    if (!isnan(value)) smart_page_value(page, name, unit, kind, value);
}

// ── a document ──────────────────────────────────────────────────────────────

// The string is what smartctl prints; without it the same in numbers.
static void read_link(struct smart_page *page, const json_t *speed, const char *key) {
    if (fact_at(page, speed, "string", key)) return;
    double bits = number_at(speed, "units_per_second") * number_at(speed, "bits_per_unit");
    if (bits > 0) smart_page_fact(page, key, text_of(arena_printf(page->arena, "%.1f Gb/s", bits / 1e9)), page->line);
}

static void read_identity(struct smart_page *page, const json_t *root) {
    static const char *const models[] = {"model_name", "scsi_model_name"};
    for (size_t i = 0; i < sizeof models / sizeof *models && page->model[0] == '\0'; i++)
        page->model = arena_string(page->arena, string_at(root, models[i]));
    if (page->model[0] == '\0' && string_at(root, "product")[0] != '\0')
        page->model = arena_printf(page->arena, "%s %s", string_at(root, "vendor"), string_at(root, "product"));
    page->serial = arena_string(page->arena, string_at(root, "serial_number"));
    fact_at(page, root, "device.protocol", "protocol");
    fact_at(page, root, "model_family", "family");
    if (!fact_at(page, root, "firmware_version", "firmware")) fact_at(page, root, "revision", "firmware");
    read_link(page, at(root, "interface_speed.max"), "link.max");
    read_link(page, at(root, "interface_speed.current"), "link.current");
    fact_at(page, root, "scsi_transport_protocol.name", "transport");
    double rotation = number_at(root, "rotation_rate");
    if (rotation == 0) smart_page_fact(page, "rotation", TEXT("Solid State Device"), page->line);
    if (rotation > 0)
        smart_page_fact(page, "rotation", text_of(arena_printf(page->arena, "%.0f rpm", rotation)), page->line);
    double bytes = number_at(root, "user_capacity.bytes");
    if (isnan(bytes)) bytes = number_at(root, "nvme_total_capacity");
    if (bytes > 0)
        smart_page_fact(page, "capacity", text_of(arena_printf(page->arena, "%.0f bytes", bytes)), page->line);
}

// The device of the command where no disk was opened: the last word that is one.
static struct text asked_for(const json_t *root) {
    const json_t *words = at(root, "smartctl.argv");
    struct text device = {"", 0};
    for (size_t i = 0; i < json_array_size(words) && i < 64; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        struct text name = word != NULL && strncmp(word, "/dev/", 5) == 0 ? smart_device(text_of(word)) : device;
        if (name.length > 0) device = name;
    }
    return device;
}

// "[megaraid_disk_00]" in info_name is a member of an array, not a disk of the kernel's.
static void read_device(struct smart_page *page, const json_t *root) {
    const char *info = string_at(root, "device.info_name");
    struct text device = smart_device(text_of(string_at(root, "device.name")));
    if (device.length == 0) device = asked_for(root);
    page->device = text_copy(page->arena, device);
    const char *bracket = strchr(info, '[');
    const char *disk = bracket != NULL ? strstr(bracket, "_disk_") : NULL;
    if (device.length == 0 || disk == NULL || disk - bracket > 20) return;
    struct text number = text_of(disk + strlen("_disk_"));
    page->device = arena_printf(page->arena, "%s[%s,%s]", page->device,
                                text_copy(page->arena, (struct text){bracket + 1, (size_t)(disk - bracket - 1)}),
                                text_copy(page->arena, text_head(text_cut(&number, ']'), 8)));
}

static void read_clock(struct source *source, struct smart_page *page, const json_t *root) {
    double seconds = number_at(root, "local_time.time_t");
    const char *printed = string_at(root, "local_time.asctime");
    // Samples are published with this filler in place of the time.
    if (isnan(seconds) || seconds == 1234567890 || seconds < 0 || seconds > 32503680000.0) return;
    char epoch[24];
    snprintf(epoch, sizeof epoch, "%.0f", seconds);
    struct when asctime;
    struct when clock;
    if (!smart_clock(text_of(epoch), &clock)) return;
    page->clock = clock;
    page->dated = true;
    if (!smart_clock(text_of(printed), &asctime)) return;
    // The zone is at most 14 hours away from UTC: a larger difference means that one of the two was changed.
    millis apart = when_civil(&asctime) - when_millis(&clock);
    if (apart < -14 * 3600000LL || apart > 14 * 3600000LL)
        source_problem(source, page->line, SEVERITY_WARNING,
                       tr("time_t and asctime of this document disagree by %.1f hours: time_t is used"),
                       (double)apart / 3600000.0);
}

static int failed_of(const json_t *row) {
    const char *when = string_at(row, "when_failed");
    if (strcmp(when, "now") == 0 || strcmp(when, "FAILING_NOW") == 0) return FAILS_NOW;
    return strcmp(when, "past") == 0 || strcmp(when, "In_the_past") == 0 ? FAILED_PAST : NEVER_FAILED;
}

static void read_attributes(struct source *source, struct smart_page *page, const json_t *root) {
    const json_t *table = at(root, "ata_smart_attributes.table");
    for (size_t i = 0; i < json_array_size(table) && i < 256; i++) {
        const json_t *row = json_array_get(table, i);
        const char *name = string_at(row, "name");
        // raw.value packs several counters in 48 bits; raw.string is what people see.
        const char *raw = string_at(row, "raw.string");
        double packed = number_at(row, "raw.value");
        double id = number_at(row, "id");
        if (!(id >= 1 && id <= 255)) continue;
        if (raw[0] == '\0' && !isnan(packed)) raw = arena_printf(page->arena, "%.0f", packed);
        struct smart_attribute attribute = {
            .id = (int)id,
            .name = text_of(name),
            .value = number_at(row, "value"),
            .worst = number_at(row, "worst"),
            .thresh = number_at(row, "thresh"),
            .raw = text_of(raw),
        };
        attribute.failed = failed_of(row);
        attribute.line = text_of(arena_printf(page->arena, "%d %s: value %.0f, threshold %.0f, raw %s", attribute.id,
                                              name, attribute.value, attribute.thresh, raw));
        smart_attribute(source, page, &attribute, page->line);
    }
}

static void read_nvme(struct smart_page *page, const json_t *root) {
    static const struct {
        const char *key, *name;
        enum unit unit;
        enum series_kind kind;
    } members[] = {
        {"critical_warning", "Critical Warning", UNIT_BITS, SERIES_STATE},
        {"temperature", "Temperature", UNIT_CELSIUS, SERIES_STATE},
        {"available_spare", "Available Spare", UNIT_PERCENT, SERIES_STATE},
        {"available_spare_threshold", "Available Spare Threshold", UNIT_PERCENT, SERIES_STATE},
        {"percentage_used", "Percentage Used", UNIT_PERCENT, SERIES_STATE},
        {"data_units_read", "Data Units Read", UNIT_NONE, SERIES_COUNTER},
        {"data_units_written", "Data Units Written", UNIT_NONE, SERIES_COUNTER},
        {"host_reads", "Host Read Commands", UNIT_NONE, SERIES_COUNTER},
        {"host_writes", "Host Write Commands", UNIT_NONE, SERIES_COUNTER},
        {"controller_busy_time", "Controller Busy Time", UNIT_NONE, SERIES_COUNTER},
        {"power_cycles", "Power Cycles", UNIT_NONE, SERIES_COUNTER},
        {"power_on_hours", "Power On Hours", UNIT_HOURS, SERIES_COUNTER},
        {"unsafe_shutdowns", "Unsafe Shutdowns", UNIT_NONE, SERIES_COUNTER},
        {"media_errors", "Media and Data Integrity Errors", UNIT_NONE, SERIES_COUNTER},
        {"num_err_log_entries", "Error Information Log Entries", UNIT_NONE, SERIES_COUNTER},
        {"warning_temp_time", "Warning Comp. Temperature Time", UNIT_NONE, SERIES_COUNTER},
        {"critical_comp_time", "Critical Comp. Temperature Time", UNIT_NONE, SERIES_COUNTER},
    };
    const json_t *log = at(root, "nvme_smart_health_information_log");
    for (size_t i = 0; log != NULL && i < sizeof members / sizeof *members; i++)
        value_at(page, log, members[i].key, members[i].name, members[i].unit, members[i].kind);
}

static void read_scsi(struct smart_page *page, const json_t *root) {
    static const char *const ways[] = {"read", "write", "verify"};
    value_at(page, root, "scsi_grown_defect_list", "Elements in grown defect list", UNIT_NONE, SERIES_COUNTER);
    value_at(page, root, "scsi_percentage_used_endurance_indicator", "Percentage used endurance indicator",
             UNIT_PERCENT, SERIES_STATE);
    value_at(page, root, "scsi_pending_defects.count", "Pending defect count", UNIT_NONE, SERIES_COUNTER);
    for (size_t i = 0; i < 3; i++) {
        char path[80], name[40];
        snprintf(path, sizeof path, "scsi_error_counter_log.%s.total_uncorrected_errors", ways[i]);
        snprintf(name, sizeof name, "%s.uncorrected", ways[i]);
        value_at(page, root, path, name, UNIT_NONE, SERIES_COUNTER);
        snprintf(path, sizeof path, "scsi_error_counter_log.%s.total_errors_corrected", ways[i]);
        snprintf(name, sizeof name, "%s.corrected", ways[i]);
        value_at(page, root, path, name, UNIT_NONE, SERIES_COUNTER);
    }
    if (strcmp(string_at(root, "device.protocol"), "SCSI") != 0) return;
    value_at(page, root, "power_on_time.hours", "Power On Hours", UNIT_HOURS, SERIES_COUNTER);
    double heat = number_at(root, "temperature.current");
    if (heat > 0) smart_page_value(page, "Current Drive Temperature", UNIT_CELSIUS, SERIES_STATE, heat);
}

// From 7.5 on, of all protocols alike. NVMe says the same in its own log.
static void read_wear(struct smart_page *page, const json_t *root) {
    const char *protocol = string_at(root, "device.protocol");
    if (strcmp(protocol, "NVMe") == 0) return;
    const char *used =
        strcmp(protocol, "SCSI") == 0 ? "Percentage used endurance indicator" : "Percentage Used Endurance Indicator";
    value_at(page, root, "endurance_used.current_percent", used, UNIT_PERCENT, SERIES_STATE);
    value_at(page, root, "spare_available.current_percent", "Available Spare", UNIT_PERCENT, SERIES_STATE);
    value_at(page, root, "spare_available.threshold_percent", "Available Spare Threshold", UNIT_PERCENT, SERIES_STATE);
}

// The list names logical blocks; eight of them are one sector of the medium. It may be cut: then there is the count
// alone.
static void read_defects(struct smart_page *page, const json_t *log) {
    double count = number_at(log, "count"), last = NAN, sectors = 0;
    const json_t *table = at(log, "table");
    size_t rows = json_array_size(table);
    for (size_t i = 0; i < rows; i++) {
        double sector = floor(number_at(json_array_get(table, i), "lba") / 8);
        if (!isnan(sector) && sector != last) sectors++;
        last = sector;
    }
    if (sectors > 0 && (double)rows >= count) count = sectors;
    if (!isnan(count)) smart_page_value(page, "Pending Defects", UNIT_NONE, SERIES_STATE, count);
}

static void read_logs(struct source *source, struct smart_page *page, const json_t *root) {
    double summary = number_at(root, "ata_smart_error_log.summary.count");
    double extended = number_at(root, "ata_smart_error_log.extended.count");
    double errors = isnan(extended) ? summary : extended;
    if (!isnan(errors)) smart_page_value(page, "ATA Error Count", UNIT_NONE, SERIES_COUNTER, errors);
    read_defects(page, at(root, "ata_pending_defects_log"));
    const json_t *phy = at(root, "sata_phy_event_counters.table");
    for (size_t i = 0; i < json_array_size(phy) && i < 64; i++) {
        const json_t *row = json_array_get(phy, i);
        if (number_at(row, "id") != 1) continue;
        const char *name = "Command failed due to ICRC error";
        value_at(page, row, "value", name, UNIT_NONE, SERIES_COUNTER);
        if (number_at(row, "size") == 2 && number_at(row, "value") == 65535)
            source_problem(source, page->line, SEVERITY_INFO, tr("%s stands at its limit: 65535 or more"), name);
    }
    static const char *const tests[] = {"ata_smart_self_test_log.extended", "ata_smart_self_test_log.standard"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *log = at(root, tests[i]);
        double failed = number_at(log, "error_count_total");
        double outdated = number_at(log, "error_count_outdated");
        if (outdated > 0) failed = fmax(0, failed - outdated);
        if (isnan(failed)) continue;
        smart_page_value(page, "Self-test Failures", UNIT_NONE, SERIES_STATE, failed);
        break;
    }
}

static void read_status(struct smart_page *page, const json_t *root) {
    const json_t *passed = at(root, "smart_status.passed");
    if (json_is_boolean(passed)) {
        const char *failed = arena_printf(page->arena, tr("smart_status.passed is false: %s says that it fails"),
                                          page->model[0] != '\0' ? page->model : page->device);
        smart_page_health(page, json_is_true(passed) ? "PASSED" : "FAILED", text_of(failed), page->line);
    } else if (page->value_count > 0) {
        smart_page_fact(page, "health", TEXT("UNKNOWN"), page->line);
    }
    const json_t *reasons = at(root, "smart_status.nvme");
    const char *key;
    json_t *value;
    if (json_is_object(reasons)) {
        // jansson takes a non-const object for its iteration, which does not change it.
        json_t *object = json_object_get(json_object_get(root, "smart_status"), "nvme");
        json_object_foreach(object, key, value) if (json_is_true(value))
            smart_page_fact(page, "health.reason", text_of(key), page->line);
    }
}

// What the exit status adds to the rest: bits 3 to 7 repeat the document, 0 to 2 say that smartctl could not read.
static void read_exit(struct smart_page *page, const json_t *root) {
    double status = number_at(root, "smartctl.exit_status");
    if (!isnan(status))
        smart_page_fact(page, "smartctl.exit_status", text_of(arena_printf(page->arena, "%.0f", status)), page->line);
    const json_t *messages = at(root, "smartctl.messages");
    for (size_t i = 0; i < json_array_size(messages) && i < 64; i++) {
        const char *said = string_at(json_array_get(messages, i), "string");
        const char *advice = smart_refusal(text_of(said));
        if (advice != NULL) smart_page_refusal(page, text_of(said), advice, page->line);
        if (strstr(said, "result is based on an Attribute check") != NULL)
            smart_page_fact(page, "health.basis", TEXT("attribute check"), page->line);
    }
    int bits = isnan(status) || status < 0 || status > 255 ? 0 : (int)status;
    if ((bits & 3) != 0 && page->value_count == 0 && !page->refused)
        smart_page_refusal(page, text_of(arena_printf(page->arena, tr("smartctl ended with status %d"), bits)),
                           tr("Repeat the command by hand and read its message."), page->line);
    if ((bits & 8) != 0 && !json_is_boolean(at(root, "smart_status.passed")))
        smart_page_health(page, "FAILED", text_of(tr("smartctl's exit status says that the disk fails")), page->line);
}

static void note_version(struct source *source, const json_t *root) {
    const json_t *version = at(root, "smartctl.version");
    if (source->tool_version[0] != '\0' || json_array_size(version) < 2) return;
    source->tool_version = arena_printf(source->arena_, "%d.%d", (int)json_integer_value(json_array_get(version, 0)),
                                        (int)json_integer_value(json_array_get(version, 1)));
}

static void read_document(struct source *source, struct smart_file *file, const json_t *root, uint32_t line) {
    struct smart_page *page = smart_file_page(file);
    page->line = page->model_line = page->serial_line = line;
    note_version(source, root);
    read_device(page, root);
    read_identity(page, root);
    read_clock(source, page, root);
    read_attributes(source, page, root);
    read_nvme(page, root);
    read_scsi(page, root);
    read_wear(page, root);
    read_logs(source, page, root);
    read_status(page, root);
    read_exit(page, root);
    smart_file_close(file);
}

// ── documents after each other ──────────────────────────────────────────────

// Length of the document that starts at text.at[0] == '{': to its closing brace, quotes respected. The whole
// text where it never closes.
static size_t document_length(struct text text) {
    size_t depth = 0;
    bool quoted = false;
    text = text_head(text, DOCUMENT_LIMIT);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        if (quoted) {
            if (c == '\\') i++;
            if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return text.length;
}

static uint32_t count_lines(struct text text) {
    uint32_t count = 0;
    for (size_t i = 0; i < text.length; i++) count += text.at[i] == '\n';
    return count;
}

// A document that is cut or was edited into something else: the next one may still be whole.
static size_t next_document(struct text text) {
    size_t found = text_find(text_skip(text, 1), "\n{");
    return found == SIZE_MAX ? text.length : found + 2;
}

struct documents {
    struct source *source;
    struct smart_file *file;
    uint32_t line;  // of the document at hand
    uint32_t last;  // of the file
    size_t broken;
};

// The number that an editor shows: decoding may have cut a line where it held NUL bytes.
static uint32_t shown(const struct documents *documents, uint32_t line) {
    return line < documents->last ? line : documents->last;
}

static size_t read_one(struct documents *documents, struct text rest) {
    size_t length = document_length(rest);
    json_error_t error;
    json_t *root = json_loadb(rest.at, length, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        documents->broken++;
        uint32_t below = error.line > 0 ? (uint32_t)error.line - 1 : 0;
        source_problem(documents->source, shown(documents, documents->line + below), SEVERITY_WARNING,
                       tr("not valid JSON at column %d (%s): this document is not read"), error.column, error.text);
        documents->source->skipped_lines += count_lines(text_head(rest, next_document(rest))) + 1;
        return next_document(rest);
    }
    read_document(documents->source, documents->file, root, shown(documents, documents->line));
    json_decref(root);
    return length;
}

void smartctl_json_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    bool whole = true;
    struct text rest = lines_rest(lines, TEXT_LIMIT, &whole);
    if (!whole)
        source_problem(source, 0, SEVERITY_WARNING, tr("only the first %d MiB of this file are read"),
                       TEXT_LIMIT >> 20);
    struct documents documents = {
        .source = source, .file = smart_file_new(source), .line = 1, .last = lines_number(lines)};
    for (size_t at_brace = text_find(rest, "{"); at_brace != SIZE_MAX; at_brace = text_find(rest, "{")) {
        documents.line += count_lines(text_head(rest, at_brace));
        if (documents.broken == BROKEN_MOST) {
            source_problem(source, shown(&documents, documents.line), SEVERITY_WARNING,
                           tr("%d documents are not valid JSON: the rest of the file is not read"), BROKEN_MOST);
            break;
        }
        rest = text_skip(rest, at_brace);
        size_t used = read_one(&documents, rest);
        documents.line += count_lines(text_head(rest, used));
        rest = text_skip(rest, used);
    }
    smart_file_finish(documents.file);
    if (source->reports == 0) {
        source->refused = true;
        source_problem(source, 0, SEVERITY_WARNING, tr("no whole document of smartctl is left in this file"));
    }
    source_finish(source);
}
