#include "parsers/smartctl_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/pcre.h"
#include "parsers/smartctl_attribute.h"

// Which table the lines below a heading belong to.
enum section { SECTION_NONE, SECTION_PENDING_DEFECTS, SECTION_ERC, SECTION_ERROR_LOG };

enum { FOLDED_MOST = 300 };

struct smart_reader {
    struct source *source;
    struct pattern *attribute, *header, *health, *counter_row, *statistic, *phy, *self_test, *good_test, *error;
    enum section section;
    double defects, defect_sector;  // of the list of pending defects: how many, and the last one
    bool test_passed;               // a newer extended self-test of this page found nothing
    bool unknown_layout;            // the attribute table's header row is not one of the three known
    char folded[FOLDED_MOST];       // first half of a row that a mailer broke
};

struct smart_reader *smart_reader_new(struct source *source) {
    struct smart_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) abort();
    reader->source = source;
    // id, name, flags, value, worst, thresh, the rest
    reader->attribute = pattern_new(
        "^[ \\t]*(0x[0-9a-f]{2}|\\d{1,3})[ \\t]+([A-Za-z][^\\s]{1,60})[ \\t]+(0x[0-9a-f]{4}|[-POSRCK]{6}\\+?)[ \\t]+"
        "(0x[0-9a-f]{2}|\\d{1,3}|-{3,4})[ \\t]+(0x[0-9a-f]{2}|\\d{1,3}|-{3,4})[ "
        "\\t]+(0x[0-9a-f]{2}|\\d{1,3}|-{3,4})(?=[ \\t]|$)(.*)$");
    reader->header = pattern_with("ATTRIBUTE_NAME", "^[ \\t]*ID#[ \\t]+ATTRIBUTE_NAME[ \\t]+(.*)$");
    reader->health =
        pattern_with("SMART ", "SMART (overall-health self-assessment test result|Health Status): *([A-Z]+)?(.*)$");
    reader->counter_row = pattern_with("read:|write:|verify:", "^(read|write|verify):((?:[ \\t]+[0-9.,]+){7})[ \\t]*$");
    reader->statistic =
        pattern_with("0x", "^0x[0-9a-f]{2}[ \\t]+0x[0-9a-f]{3}[ \\t]+\\d+[ \\t]+(-?\\d+|-)[ \\t]+\\S+[ \\t]+(\\S.*)$");
    reader->phy = pattern_with("0x", "^0x([0-9a-f]{4})[ \\t]+(\\d)[ \\t]+(\\d+)\\+?[ \\t]+(\\S.*)$");
    reader->self_test = pattern_with(
        "Completed: |Failed in",
        "^# ?\\d+ +(\\S.*?) {2,}(Completed: (?:read|unknown|servo/seek|electrical) failure|Failed in segment -->|"
        "Completed: failed segments?.*?) +(?:\\d+% +)?(\\d+)(.*)$");
    reader->good_test = pattern_with("Completed without", "^# ?\\d+ +Extended [\\w-]+ {2,}Completed without error\\b");
    reader->error = pattern_with("occurred at disk",
                                 "^Error \\d+ (?:\\[\\d+\\] )?occurred at disk power-on lifetime: (\\d+) hours");
    return reader;
}

void smart_reader_free(struct smart_reader *reader) {
    struct pattern *const all[] = {reader->attribute,   reader->header,    reader->health,
                                   reader->counter_row, reader->statistic, reader->phy,
                                   reader->self_test,   reader->good_test, reader->error};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) pattern_free(all[i]);
    free(reader);
}

void smart_reader_turn(struct smart_reader *reader) {
    reader->section = SECTION_NONE;
    reader->test_passed = false;
    reader->unknown_layout = false;
    reader->folded[0] = '\0';
}

// ── the attribute table ─────────────────────────────────────────────────────

static double part(struct text text) {
    double value = NAN;
    uint64_t hex = 0;
    if (text_starts(text, "0x") && text_hex(text, &hex)) return (double)hex;
    return text_number(text, &value) ? value : NAN;
}

// What stands between THRESH and RAW_VALUE: TYPE, UPDATED and WHEN_FAILED, or FAIL alone. The words
// of the columns differ from each other, so that a row without its header is read as surely.
static bool split_rest(struct text rest, struct smart_attribute *attribute) {
    struct text after = rest;
    struct text word = text_word(&after);
    if (text_equal(word, "Pre-fail") || text_equal(word, "Old_age")) {
        word = text_word(&after);
        if (text_equal(word, "Always") || text_equal(word, "Offline")) word = text_word(&after);
    }
    if (text_equal(word, "FAILING_NOW") || text_equal(word, "NOW"))
        attribute->failed = FAILS_NOW;
    else if (text_equal(word, "In_the_past") || text_equal(word, "Past"))
        attribute->failed = FAILED_PAST;
    else if (!text_equal(word, "-"))
        return false;
    attribute->raw = text_trim(after);
    return attribute->raw.length > 0;
}

static int attribute_id(struct text text) {
    double id = part(text);
    return isnan(id) ? 0 : (int)id;
}

// True if the line is a row of the table, complete or not; *attribute is filled, `raw` is empty
// where the row is broken off.
static bool match_attribute(struct smart_reader *reader, struct text line, struct smart_attribute *attribute) {
    struct text group[8];
    if (!pattern_match(reader->attribute, line, group, 8)) return false;
    *attribute = (struct smart_attribute){.id = attribute_id(group[1]),
                                          .name = group[2],
                                          .value = part(group[4]),
                                          .worst = part(group[5]),
                                          .thresh = part(group[6]),
                                          .line = line};
    if (attribute->id < 1 || attribute->id > 255) return false;
    if (!split_rest(group[7], attribute)) attribute->raw = (struct text){"", 0};
    return true;
}

static bool read_attribute(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    struct smart_attribute attribute;
    if (!match_attribute(reader, line, &attribute)) return false;
    if (reader->unknown_layout) return true;
    if (attribute.raw.length == 0) {
        // A mailer broke the row behind TYPE: the rest is the next line.
        snprintf(reader->folded, sizeof reader->folded, "%.*s", (int)(line.length < 200 ? line.length : 200), line.at);
        return true;
    }
    smart_page_fact(page, "protocol", TEXT("ATA"), number);
    smart_attribute(reader->source, page, &attribute, number);
    return true;
}

static bool read_folded(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    if (reader->folded[0] == '\0') return false;
    char joined[2 * FOLDED_MOST];
    snprintf(joined, sizeof joined, "%s %.*s", reader->folded, (int)(line.length < 200 ? line.length : 200), line.at);
    reader->folded[0] = '\0';
    struct smart_attribute attribute;
    if (!match_attribute(reader, text_of(joined), &attribute) || attribute.raw.length == 0) {
        source_skip(reader->source, number > 0 ? number - 1 : 0,
                    tr("an attribute row breaks off before its raw value"));
        return false;
    }
    smart_page_fact(page, "protocol", TEXT("ATA"), number);
    smart_attribute(reader->source, page, &attribute, number);
    return true;
}

static bool read_header(struct smart_reader *reader, struct text line, uint32_t number) {
    struct text group[2];
    if (!pattern_match(reader->header, line, group, 2)) return false;
    static const char *const known[] = {
        "FLAG VALUE WORST THRESH TYPE UPDATED WHEN_FAILED RAW_VALUE",
        "FLAG VALUE WORST THRESH TYPE WHEN_FAILED RAW_VALUE",
        "FLAGS VALUE WORST THRESH FAIL RAW_VALUE",
    };
    char words[200] = "";
    size_t used = 0;
    struct text rest = group[1];
    for (struct text word = text_word(&rest); word.length > 0 && used < 150; word = text_word(&rest)) {
        int written = snprintf(words + used, sizeof words - used, "%s%.*s", used > 0 ? " " : "",
                               (int)(word.length < 30 ? word.length : 30), word.at);
        used += written > 0 ? (size_t)written : 0;
    }
    reader->unknown_layout = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        // A header that a mailer broke is known by its beginning.
        if (strncmp(words, known[i], strlen(words)) == 0 && strlen(words) >= 18) reader->unknown_layout = false;
    if (reader->unknown_layout)
        source_problem(reader->source, number, SEVERITY_WARNING,
                       tr("unknown columns of the attribute table, its rows are not read: %s"), words);
    return true;
}

// ── "Label: value" lines ────────────────────────────────────────────────────

static void squeeze(struct text label, char *out, size_t size) {
    size_t used = 0;
    for (size_t i = 0; i < label.length && used + 1 < size; i++)
        if (label.at[i] != ' ' || (used > 0 && out[used - 1] != ' ')) out[used++] = label.at[i];
    while (used > 0 && out[used - 1] == ' ') used--;
    out[used] = '\0';
}

struct measure {
    const char *label;  // as printed, blanks squeezed
    enum unit unit;
    enum series_kind kind;
    const char *protocol;
};

static const struct measure measures[] = {
    {"Critical Warning", UNIT_BITS, SERIES_STATE, "NVMe"},
    {"Temperature", UNIT_CELSIUS, SERIES_STATE, "NVMe"},
    {"Available Spare", UNIT_PERCENT, SERIES_STATE, "NVMe"},
    {"Available Spare Threshold", UNIT_PERCENT, SERIES_STATE, "NVMe"},
    {"Percentage Used", UNIT_PERCENT, SERIES_STATE, "NVMe"},
    {"Data Units Read", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Data Units Written", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Host Read Commands", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Host Write Commands", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Controller Busy Time", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Power Cycles", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Power On Hours", UNIT_HOURS, SERIES_COUNTER, "NVMe"},
    {"Unsafe Shutdowns", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Media and Data Integrity Errors", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Error Information Log Entries", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Warning Comp. Temperature Time", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Critical Comp. Temperature Time", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Temperature Sensor 1", UNIT_CELSIUS, SERIES_STATE, "NVMe"},
    {"Temperature Sensor 2", UNIT_CELSIUS, SERIES_STATE, "NVMe"},
    {"Temperature Sensor 3", UNIT_CELSIUS, SERIES_STATE, "NVMe"},
    {"Temperature Sensor 4", UNIT_CELSIUS, SERIES_STATE, "NVMe"},
    {"Thermal Temp. 1 Transition Count", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Thermal Temp. 2 Transition Count", UNIT_NONE, SERIES_COUNTER, "NVMe"},
    {"Thermal Temp. 1 Total Time", UNIT_SECONDS, SERIES_COUNTER, "NVMe"},
    {"Thermal Temp. 2 Total Time", UNIT_SECONDS, SERIES_COUNTER, "NVMe"},
    {"Elements in grown defect list", UNIT_NONE, SERIES_COUNTER, "SCSI"},
    {"Non-medium error count", UNIT_NONE, SERIES_COUNTER, "SCSI"},
    {"Percentage used endurance indicator", UNIT_PERCENT, SERIES_STATE, "SCSI"},
    {"Pending defect count", UNIT_NONE, SERIES_COUNTER, "SCSI"},
    {"Current Drive Temperature", UNIT_CELSIUS, SERIES_STATE, "SCSI"},
    {"Current temperature", UNIT_CELSIUS, SERIES_STATE, "SCSI"},
    {"Drive Trip Temperature", UNIT_CELSIUS, SERIES_STATE, "SCSI"},
    {"Accumulated start-stop cycles", UNIT_NONE, SERIES_COUNTER, "SCSI"},
    {"Accumulated load-unload cycles", UNIT_NONE, SERIES_COUNTER, "SCSI"},
    {"number of hours powered up", UNIT_HOURS, SERIES_COUNTER, "SCSI"},
    {"Accumulated power on time, hours", UNIT_HOURS, SERIES_COUNTER, "SCSI"},
    {"ATA Error Count", UNIT_NONE, SERIES_COUNTER, "ATA"},
    {"Device Error Count", UNIT_NONE, SERIES_COUNTER, "ATA"},
};

static const struct measure *find_measure(const char *label) {
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (strcmp(measures[i].label, label) == 0) return &measures[i];
    return NULL;
}

static double measured(const struct measure *measure, struct text value) {
    double number = smart_count(value);
    if (strcmp(measure->label, "number of hours powered up") == 0) text_number(text_trim(value), &number);
    if (strcmp(measure->label, "Accumulated power on time, hours") == 0 && text_starts(value, "minutes "))
        number = smart_count(text_skip(value, 8));
    if (text_starts(value, "-") && measure->unit == UNIT_CELSIUS) number = smart_raw(value);
    // Controllers that know no temperature print 0.
    bool scsi_heat = strcmp(measure->protocol, "SCSI") == 0 && measure->unit == UNIT_CELSIUS;
    return scsi_heat && number == 0 ? NAN : number;
}

static bool read_measure(struct smart_page *page, const char *label, struct text value, uint32_t number) {
    const struct measure *measure = find_measure(label);
    if (measure == NULL) return false;
    double measure_value = measured(measure, value);
    bool scsi_unknown = strcmp(measure->protocol, "SCSI") == 0 && isnan(measure_value);
    if (isnan(measure_value) && !scsi_unknown) return false;
    smart_page_fact(page, "protocol", text_of(measure->protocol), number);
    const char *name = strcmp(label, "Device Error Count") == 0 ? "ATA Error Count" : measure->label;
    if (strcmp(label, "Current temperature") == 0) name = "Current Drive Temperature";
    if (strcmp(label, "number of hours powered up") == 0 || strcmp(label, "Accumulated power on time, hours") == 0)
        name = "Power On Hours";
    smart_page_value(page, name, measure->unit, measure->kind, measure_value);
    return true;
}

static void read_link(struct smart_page *page, struct text value, uint32_t number) {
    size_t speed = text_find(value, ", ");
    size_t current = text_find(value, "(current:");
    if (current != SIZE_MAX) {
        struct text now = text_skip(value, current + strlen("(current:"));
        smart_page_fact(page, "link.current", text_cut(&now, ')'), number);
    }
    if (speed == SIZE_MAX) return;
    struct text most = text_skip(value, speed + 2);
    smart_page_fact(page, "link.max", text_cut(&most, '('), number);
}

static void set_model(struct smart_page *page, const char *label, struct text value) {
    char *said = text_copy(page->arena, text_head(value, 120));
    // SCSI prints the vendor and the product on lines of their own.
    bool joins = strcmp(label, "Product") == 0 && page->model[0] != '\0';
    page->model = joins ? arena_printf(page->arena, "%s %s", page->model, said) : said;
}

static bool read_identity(struct smart_page *page, const char *label, struct text value, uint32_t number) {
    static const struct {
        const char *label, *key;
    } facts[] = {
        {"Model Family", "family"},    {"Firmware Version", "firmware"},     {"Revision", "firmware"},
        {"User Capacity", "capacity"}, {"Total NVM Capacity", "capacity"},   {"Namespace 1 Size/Capacity", "capacity"},
        {"Rotation Rate", "rotation"}, {"Transport protocol", "transport"},  {"LU WWN Device Id", "wwn"},
        {"Logical Unit id", "wwn"},    {"PCI Vendor/Subsystem ID", "pci.id"}};
    static const char *const models[] = {"Device Model", "Model Number", "Vendor", "Product", "Device"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(models[i], label) == 0) {
            set_model(page, label, value);
            page->model_line = number;
            const char *protocol = i == 0 ? "ATA" : i == 1 ? "NVMe" : i < 4 ? "SCSI" : "";
            smart_page_fact(page, "protocol", text_of(protocol), number);
            return true;
        }
    if (strcmp(label, "Serial Number") == 0 || strcmp(label, "Serial number") == 0) {
        page->serial = text_copy(page->arena, text_head(value, 120));
        page->serial_line = number;
        return true;
    }
    if (strcmp(label, "SATA Version is") == 0) {
        read_link(page, value, number);
        return true;
    }
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (strcmp(facts[i].label, label) == 0) {
            smart_page_fact(page, facts[i].key, value, number);
            return true;
        }
    return false;
}

static bool read_clock(struct smart_reader *reader, struct smart_page *page, struct text value, uint32_t number) {
    struct when clock;
    if (smart_clock(value, &clock)) {
        page->clock = clock;
        page->dated = true;
    } else {
        source_problem(reader->source, number, SEVERITY_INFO, tr("the clock of this page is not readable: \"%.*s\""),
                       (int)(value.length < 60 ? value.length : 60), value.at);
    }
    return true;
}

static bool read_support(struct smart_page *page, struct text value, struct text line, uint32_t number) {
    if (text_starts(value, "Unavailable"))
        smart_page_refusal(page, line,
                           tr("The device hides the health of the disks behind it: ask for each of them, for instance "
                              "with -d megaraid,N or -d sat."),
                           number);
    else if (text_starts(value, "Disabled"))
        smart_page_refusal(page, line, tr("Switch it on with smartctl -s on."), number);
    return true;
}

static size_t label_end(struct text line) {
    for (size_t i = 0; i < line.length && i < 70; i++)
        if (line.at[i] == ':' || (line.at[i] == '=' && i > 0 && line.at[i - 1] == ' ')) return i;
    return SIZE_MAX;
}

static bool split_label(struct text line, char *label, size_t size, struct text *value) {
    size_t colon = label_end(line);
    if (colon == SIZE_MAX || colon == 0) return false;
    squeeze(text_trim(text_head(line, colon)), label, size);
    *value = text_trim(text_skip(line, colon + 1));
    return label[0] != '\0';
}

static bool read_label(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    char label[80];
    struct text value;
    if (!split_label(line, label, sizeof label, &value)) return false;
    if (strcmp(label, "Local Time is") == 0) return read_clock(reader, page, value, number);
    if (strcmp(label, "SMART support is") == 0) return read_support(page, value, line, number);
    if (value.length == 0) return false;
    if (reader->section == SECTION_ERC && (strcmp(label, "Read") == 0 || strcmp(label, "Write") == 0)) {
        smart_page_fact(page, label[0] == 'R' ? "erc.read" : "erc.write", value, number);
        return true;
    }
    return read_measure(page, label, value, number) || read_identity(page, label, value, number);
}

// ── verdicts and logs ───────────────────────────────────────────────────────

static bool read_health(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    struct text group[4];
    if (!pattern_match(reader->health, line, group, 4)) return false;
    bool scsi = text_equal(group[1], "Health Status");
    const char *health = "UNKNOWN";
    if (text_equal(group[2], "PASSED")) health = "PASSED";
    if (text_equal(group[2], "OK")) health = "OK";
    if (text_equal(group[2], "FAILED")) health = "FAILED";
    // SCSI names what it predicts instead: "FAILURE PREDICTION THRESHOLD EXCEEDED [asc=5d, ascq=10]".
    if (scsi && group[2].length > 0 && !text_equal(group[2], "OK") && !text_equal(group[2], "UNKNOWN"))
        health = "FAILED";
    smart_page_health(page, health, line, number);
    if (scsi) smart_page_fact(page, "protocol", TEXT("SCSI"), number);
    return true;
}

static bool read_counter_row(struct smart_reader *reader, struct smart_page *page, struct text line) {
    struct text group[3];
    if (!pattern_match(reader->counter_row, line, group, 3)) return false;
    double columns[7] = {0};
    struct text rest = group[2];
    for (size_t i = 0; i < 7; i++) columns[i] = smart_count(text_word(&rest));
    char name[40];
    snprintf(name, sizeof name, "%.*s.corrected", (int)group[1].length, group[1].at);
    smart_page_value(page, name, UNIT_NONE, SERIES_COUNTER, columns[3]);
    snprintf(name, sizeof name, "%.*s.uncorrected", (int)group[1].length, group[1].at);
    smart_page_value(page, name, UNIT_NONE, SERIES_COUNTER, columns[6]);
    return true;
}

static bool read_statistic(struct smart_reader *reader, struct smart_page *page, struct text line) {
    struct text group[3];
    if (!pattern_match(reader->statistic, line, group, 3)) return false;
    static const char *const kept[] = {
        "Number of Reported Uncorrectable Errors", "Number of Interface CRC Errors",
        "Percentage Used Endurance Indicator",     "Read Recovery Attempts",
        "Number of Reallocated Logical Sectors",   "Resets Between Cmd Acceptance and Completion"};
    struct text name = text_trim(group[2]);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (text_equal(name, kept[i]))
            smart_page_value(page, kept[i], i == 2 ? UNIT_PERCENT : UNIT_NONE, i == 2 ? SERIES_STATE : SERIES_COUNTER,
                             part(group[1]));
    return true;
}

static bool read_phy(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    struct text group[5];
    if (!pattern_match(reader->phy, line, group, 5)) return false;
    static const struct {
        const char *id, *name;
    } phys[] = {{"0001", "Command failed due to ICRC error"},
                {"0009", "Transition from drive PhyRdy to drive PhyNRdy"},
                {"000a", "Device-to-host register FISes sent due to a COMRESET"}};
    for (size_t i = 0; i < sizeof phys / sizeof *phys; i++) {
        if (!text_equal(group[1], phys[i].id) || !text_equal(text_trim(group[4]), phys[i].name)) continue;
        double value = part(group[3]);
        smart_page_value(page, phys[i].name, UNIT_NONE, SERIES_COUNTER, value);
        // Two bytes hold no more.
        if (text_equal(group[2], "2") && value == 65535)
            source_problem(reader->source, number, SEVERITY_INFO, tr("%s stands at its limit: 65535 or more"),
                           phys[i].name);
    }
    return true;
}

static bool read_self_test(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    struct text group[5];
    // The newest test comes first. smartctl itself calls failures before an extended test that found nothing outdated.
    if (text_starts(line, "Num  Test_Description")) reader->test_passed = false;
    if (pattern_match(reader->good_test, line, group, 1)) reader->test_passed = true;
    if (!pattern_match(reader->self_test, line, group, 5)) return false;
    if (reader->test_passed) return true;
    const struct smart_value *seen = smart_page_find(page, "Self-test Failures");
    double failures = seen == NULL ? 1 : seen->value + 1;
    smart_page_value(page, "Self-test Failures", UNIT_NONE, SERIES_STATE, failures);
    if (failures > 1) return true;
    double hours = part(group[3]);
    smart_page_value(page, "Self-test Failure Hour", UNIT_HOURS, SERIES_STATE, hours);
    smart_page_fact(page, "selftest.failed", line, number);
    smart_page_event(page, EVENT_NOTE, line, number);
    return true;
}

static bool read_error(struct smart_reader *reader, struct smart_page *page, struct text line) {
    struct text group[2];
    if (!pattern_match(reader->error, line, group, 2)) return false;
    if (smart_page_find(page, "ATA Error Hour") == NULL)
        smart_page_value(page, "ATA Error Hour", UNIT_HOURS, SERIES_STATE, part(group[1]));
    return true;
}

// A row names a logical block; eight of them are one sector of the medium.
static void read_defect(struct smart_reader *reader, struct smart_page *page, struct text row) {
    double index = NAN, block = NAN;
    if (!text_number(text_word(&row), &index) || !text_number(text_word(&row), &block)) return;
    double sector = floor(block / 8);
    if (sector == reader->defect_sector) return;
    reader->defect_sector = sector;
    smart_page_value(page, "Pending Defects", UNIT_NONE, SERIES_STATE, ++reader->defects);
}

static bool read_section(struct smart_reader *reader, struct smart_page *page, struct text line) {
    struct text trimmed = text_trim(line);
    if (trimmed.length == 0) {
        reader->section = SECTION_NONE;
        return true;
    }
    if (text_starts(line, "Pending Defects log (GP Log 0x0c)")) {
        reader->section = SECTION_PENDING_DEFECTS;
        reader->defects = 0;
        reader->defect_sector = NAN;
    }
    if (text_starts(line, "SCT Error Recovery Control:")) reader->section = SECTION_ERC;
    if (text_starts(line, "SMART Error Log Version") || text_starts(line, "SMART Extended Comprehensive Error Log"))
        reader->section = SECTION_ERROR_LOG;
    if (reader->section == SECTION_ERROR_LOG && text_equal(trimmed, "No Errors Logged")) {
        smart_page_value(page, "ATA Error Count", UNIT_NONE, SERIES_COUNTER, 0);
        return true;
    }
    if (reader->section != SECTION_PENDING_DEFECTS) return false;
    if (text_equal(trimmed, "No Defects Logged"))
        smart_page_value(page, "Pending Defects", UNIT_NONE, SERIES_STATE, 0);
    else
        read_defect(reader, page, trimmed);
    return true;
}

static bool read_plain(struct smart_page *page, struct text line, uint32_t number) {
    if (text_starts(line, "SCT Error Recovery Control command not supported") ||
        text_starts(line, "SCT Commands not supported") || text_starts(line, "Warning: device does not support SCT")) {
        smart_page_fact(page, "erc.read", TEXT("not supported"), number);
        return true;
    }
    if (text_starts(line, "Warning: This result is based on an Attribute check")) {
        smart_page_fact(page, "health.basis", TEXT("attribute check"), number);
        return true;
    }
    // NVMe lists its reasons below "FAILED!".
    const struct smart_note *last = page->note_count > 0 ? &page->notes[page->note_count - 1] : NULL;
    bool reasons =
        last != NULL && (last->is_event ? last->kind == EVENT_SMART_FAILED : strcmp(last->key, "health.reason") == 0);
    if (text_starts(line, "- ") && reasons) {
        smart_page_fact(page, "health.reason", text_skip(line, 2), number);
        return true;
    }
    return false;
}

bool smart_reader_line(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number) {
    if (read_folded(reader, page, line, number)) return true;
    if (read_section(reader, page, line)) return true;
    if (read_attribute(reader, page, line, number) || read_header(reader, line, number)) return true;
    if (read_health(reader, page, line, number)) return true;
    const char *advice = smart_refusal(line);
    if (advice != NULL) {
        smart_page_refusal(page, line, advice, number);
        return true;
    }
    return read_self_test(reader, page, line, number) || read_error(reader, page, line) ||
           read_counter_row(reader, page, line) || read_statistic(reader, page, line) ||
           read_phy(reader, page, line, number) || read_label(reader, page, line, number) ||
           read_plain(page, line, number);
}

bool smart_reader_repeats(struct smart_reader *reader, const struct smart_page *page, struct text line) {
    struct smart_attribute attribute;
    if (match_attribute(reader, line, &attribute)) {
        for (size_t i = 0; i < page->value_count; i++)
            if (page->values[i].id == attribute.id) return true;
        return false;
    }
    char label[80];
    struct text value;
    if (!split_label(line, label, sizeof label, &value)) return false;
    const struct measure *measure = find_measure(label);
    if (measure != NULL) return smart_page_find(page, measure->label) != NULL;
    if (strcmp(label, "Device Model") == 0 || strcmp(label, "Model Number") == 0 || strcmp(label, "Vendor") == 0)
        return page->model[0] != '\0';
    return (strcmp(label, "Serial Number") == 0 || strcmp(label, "Serial number") == 0) && page->serial[0] != '\0';
}
