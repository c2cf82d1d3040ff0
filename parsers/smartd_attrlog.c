#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/pcre.h"
#include "parsers/smartctl.h"

// smartd prints ids without names; these are the names under which smartctl prints them on nearly all disks, and
// only the ones whose meaning does not depend on the maker.
static const struct {
    int id;
    const char *name;
    enum unit unit;
    uint64_t mask;  // the part of the 48 bits that counts; the rest holds minima, maxima, averages
} names[] = {
    {1, "Raw_Read_Error_Rate", UNIT_NONE, 0xffffffffffff},   {3, "Spin_Up_Time", UNIT_NONE, 0xffff},
    {4, "Start_Stop_Count", UNIT_NONE, 0xffffffff},          {5, "Reallocated_Sector_Ct", UNIT_NONE, 0xffffffff},
    {7, "Seek_Error_Rate", UNIT_NONE, 0xffffffffffff},       {9, "Power_On_Hours", UNIT_HOURS, 0xffffffff},
    {10, "Spin_Retry_Count", UNIT_NONE, 0xffffffff},         {12, "Power_Cycle_Count", UNIT_NONE, 0xffffffff},
    {184, "End-to-End_Error", UNIT_NONE, 0xffffffff},        {187, "Reported_Uncorrect", UNIT_NONE, 0xffffffff},
    {188, "Command_Timeout", UNIT_NONE, 0xffffffffffff},     {190, "Airflow_Temperature_Cel", UNIT_CELSIUS, 0xff},
    {192, "Power-Off_Retract_Count", UNIT_NONE, 0xffffffff}, {193, "Load_Cycle_Count", UNIT_NONE, 0xffffffff},
    {194, "Temperature_Celsius", UNIT_CELSIUS, 0xff},        {196, "Reallocated_Event_Count", UNIT_NONE, 0xffffffff},
    {197, "Current_Pending_Sector", UNIT_NONE, 0xffffffff},  {198, "Offline_Uncorrectable", UNIT_NONE, 0xffffffff},
    {199, "UDMA_CRC_Error_Count", UNIT_NONE, 0xffffffff},
};

static const char line_regex[] =
    "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d;[ \\t]+(?:\\d{1,3};\\d{1,3};\\d{1,15};[ \\t]*)+$";

int smartd_attrlog_bid(struct text head, bool whole) {
    (void)whole;
    struct pattern *line = pattern_new(line_regex);
    struct text rest = head;
    struct text group[1];
    size_t hits = 0;
    for (size_t i = 0; i < 4 && rest.at != NULL; i++)
        hits += pattern_match(line, text_trim(text_cut(&rest, '\n')), group, 1);
    pattern_free(line);
    return hits > 0 ? BID_SURE : BID_NONE;
}

static void set_attribute(struct source *source, struct table *table, size_t row, int id, double value, int64_t raw) {
    char name[40], column[60];
    enum unit unit = UNIT_NONE;
    uint64_t mask = 0xffffffffffff;
    snprintf(name, sizeof name, "Unknown_Attribute_%d", id);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].id == id) {
            snprintf(name, sizeof name, "%s", names[i].name);
            unit = names[i].unit;
            mask = names[i].mask;
        }
    double count = (double)((uint64_t)raw & mask);
    if (unit == UNIT_HOURS && count > 200000) count = NAN;
    enum series_kind kind = unit == UNIT_CELSIUS ? SERIES_STATE : SERIES_COUNTER;
    table_set(table, row, table_column(source, table, name, unit, kind), count);
    snprintf(column, sizeof column, "%s.value", name);
    table_set(table, row, table_column(source, table, column, UNIT_NONE, SERIES_STATE), value);
}

static bool read_line(struct source *source, struct text line, uint32_t number) {
    struct text rest = line;
    struct when when;
    if (!when_read(text_cut(&rest, ';'), DATE_ORDER_UNKNOWN, &when) || !when.has_year || !when.has_time) return false;
    struct table *table = source_table(source, TEXT("disk0"), ENTITY_DISK);
    size_t row = table_row(table, when_civil(&when), 0, number);
    while (rest.at != NULL) {
        int64_t id = 0, value = 0, raw = 0;
        struct text first = text_trim(text_cut(&rest, ';'));
        if (first.length == 0) break;
        bool sound = text_integer(first, &id) && text_integer(text_trim(text_cut(&rest, ';')), &value) &&
                     text_integer(text_trim(text_cut(&rest, ';')), &raw);
        if (!sound || id < 1 || id > 255 || raw < 0) {
            source_problem(source, number, SEVERITY_WARNING, tr("an attribute of this line is cut or damaged"));
            break;
        }
        set_attribute(source, table, row, (int)id, (double)value, raw);
    }
    return true;
}

void smartd_attrlog_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct text line;
    // smartd writes its log in UTC and does not say so.
    source->clock = CLOCK_ZONED;
    source->zone = "Z";
    source->clock_note = arena_string(source->arena_, tr("smartd writes its attribute log in UTC"));
    while (lines_next(lines, &line)) {
        if (text_trim(line).length == 0) continue;
        if (!read_line(source, line, lines_number(lines)))
            source_skip(source, lines_number(lines), tr("not a line of smartd's attribute log"));
    }
    source->reports = source->table_count > 0 ? source->tables[0].row_count : 0;
    if (source->reports == 0) source->clock = CLOCK_NONE;
    source_finish(source);
}
