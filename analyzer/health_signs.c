// health_signs.c: which counters of a disk are signs of failure, and how grave.
//
// Levels are those of disk-health-causes.md section 2 (Backblaze's annual failure rates by raw value; growth
// weighs more than level).
#include <string.h>

#include "analyzer/health_parts.h"

// By name first: the same id means different things on different models (smartctl.md 4).
enum sign sign_of(const char *name) {
    struct text text = text_of(name);
    // The error counter log of SCSI (smartctl.md 7): what error correction could not mend.
    if (text_equal(text, "read.uncorrected") || text_equal(text, "write.uncorrected") ||
        text_equal(text, "verify.uncorrected"))
        return SIGN_UNCORRECTED;
    if (text_has(text, ".") || text_has(text, "Bogus")) return SIGN_NONE;
    static const struct {
        const char *part;
        enum sign sign;
    } table[] = {
        {"Reallocated_Sector", SIGN_REALLOCATED},
        {"Reallocate_NAND", SIGN_REALLOCATED},
        {"Retired_Block", SIGN_REALLOCATED},
        {"Reported_Uncorrect", SIGN_UNCORRECTED},
        {"Uncorrectable_Error_C", SIGN_UNCORRECTED},
        {"Media and Data Integrity Errors", SIGN_UNCORRECTED},
        {"Current_Pending_Sector", SIGN_PENDING},
        {"Pending_Sector", SIGN_PENDING},
        {"Offline_Uncorrectable", SIGN_PENDING},
        {"Pending defect count", SIGN_PENDING},
        {"CRC_Error", SIGN_CRC},
        {"Available Spare", SIGN_SPARE},
        {"Percentage Used", SIGN_USED},
        {"Percentage used endurance indicator", SIGN_USED},
        {"Percent_Lifetime_", SIGN_WEAR},
        {"Percent_Life_", SIGN_WEAR},
        {"SSD_Life_Left", SIGN_WEAR},
        {"Media_Wearout_Indicator", SIGN_WEAR},
        {"Critical Warning", SIGN_WARNING},
        {"Elements in grown defect list", SIGN_GROWN},
        {"Self-test Failures", SIGN_SELF_TEST},
    };
    if (text_equal(text, "Available Spare Threshold")) return SIGN_NONE;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (text_has(text, table[i].part)) return table[i].sign;
    return SIGN_NONE;
}

// The attribute that a page gives the id 5 under a name of its own; "" if there is none.
static const char *other_name_of_5(const struct source *source, const char *entity) {
    for (size_t i = source->fact_count; i-- > 0;) {
        const struct fact *fact = &source->facts[i];
        if (strncmp(fact->key, "id:", 3) == 0 && strcmp(fact->value, "5") == 0 && strcmp(fact->entity, entity) == 0)
            return fact->key + 3;
    }
    return "";
}

static double first_value(const struct table *table, const struct column *column) {
    for (size_t i = 0; i < table->row_count; i++)
        if (!isnan(column->values[i])) return column->values[i];
    return NAN;
}

double health_last(const struct table *table, const struct column *column, uint32_t *line) {
    for (size_t i = table->row_count; i-- > 0;) {
        if (isnan(column->values[i])) continue;
        *line = table->line[i];
        return column->values[i];
    }
    return NAN;
}

static double beside(struct run *run, const struct table *table, const char *name, const char *suffix) {
    const struct column *column = table_find(table, arena_printf(run->arena, "%s.%s", name, suffix));
    uint32_t line = 0;
    return column == NULL ? NAN : health_last(table, column, &line);
}

static int level_by_steps(double value, double watch, double suspect, double act) {
    if (value >= act) return ACT;
    if (value >= suspect) return SUSPECT;
    return value >= watch ? WATCH : 0;
}

// Above this no disk has counted errors: it would have failed long before.
#define OPERATIONS 1e6

// Some models count operations where others count errors: Intel 520 in 187 (smartctl.md 4). A count beyond all
// errors over a VALUE that has not moved is of that kind on any model (disk-health-causes.md 4).
static bool counts_operations(enum sign sign, const struct disk_attribute *a, const struct medium *medium) {
    if (sign == SIGN_UNCORRECTED && medium->counts_operations && !isnan(a->value)) return true;
    bool counts = sign == SIGN_REALLOCATED || sign == SIGN_UNCORRECTED || sign == SIGN_PENDING || sign == SIGN_CRC;
    return counts && a->last >= OPERATIONS && a->value >= 100 && !(a->value <= a->threshold);
}

static int level_of(enum sign sign, const struct disk_attribute *a, const struct medium *medium) {
    bool grew = a->growth >= 1;
    // VALUE falls from 100 to 0 whether the raw number is the life that remains or the life that is used.
    if (sign == SIGN_WEAR) return level_by_steps(100 - a->value, 90, INFINITY, INFINITY);
    if (a->by_value) return a->threshold > 0 && a->value <= a->threshold ? ACT : 0;
    switch (sign) {
        case SIGN_REALLOCATED:
            if (grew) return ACT;
            if (a->value <= a->threshold + 20 && a->threshold > 0) return ACT;
            return medium->flash ? level_by_steps(a->last, 1, 51, 300) : level_by_steps(a->last, 1, 16, 260);
        case SIGN_UNCORRECTED:
            return grew ? ACT : level_by_steps(a->last, INFINITY, 1, 10);
        case SIGN_PENDING:
            return grew ? ACT : level_by_steps(a->last, INFINITY, 1, 8);
        case SIGN_GROWN:
            return grew ? ACT : level_by_steps(a->last, 1, 16, 260);
        case SIGN_SELF_TEST:
            // One sector that could not be read (smartctl.md 5), as one that is pending.
            return grew ? ACT : level_by_steps(a->last, INFINITY, 1, INFINITY);
        case SIGN_CRC:
            return grew ? SUSPECT : 0;
        case SIGN_SPARE:
            // SCSI prints no threshold; that of most NVMe disks makes no proof there.
            if (isnan(medium->spare_threshold)) return a->last <= 10 ? SUSPECT : 0;
            if (a->last < medium->spare_threshold) return ACT;
            return a->last < 100 && a->last <= medium->spare_threshold + 10 ? SUSPECT : 0;
        case SIGN_USED:
            return a->last >= 255 ? ACT : level_by_steps(a->last, 90, INFINITY, INFINITY);
        case SIGN_WARNING:
            return a->last == 0 ? 0 : a->last == 2 ? SUSPECT : ACT;
        case SIGN_WEAR:
        case SIGN_NONE:
            break;
    }
    return 0;
}

size_t health_attributes(struct run *run, const struct source *source, const struct table *table, struct medium *medium,
                         struct disk_attribute *out) {
    size_t count = 0;
    uint32_t line = 0;
    const char *five = other_name_of_5(source, table->entity);
    const struct column *spare = table_find(table, "Available Spare Threshold");
    medium->spare_threshold = spare == NULL ? NAN : health_last(table, spare, &line);
    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        enum sign sign = sign_of(column->quantity);
        if (sign == SIGN_NONE && strcmp(column->quantity, five) == 0) sign = SIGN_REALLOCATED;
        if (sign == SIGN_NONE) continue;
        struct disk_attribute a = {.name = column->quantity, .state = ""};
        a.first = first_value(table, column);
        a.last = health_last(table, column, &a.line);
        if (isnan(a.last)) continue;
        a.growth = a.last - a.first;
        a.value = beside(run, table, column->quantity, "value");
        a.threshold = beside(run, table, column->quantity, "thresh");
        a.by_value = sign == SIGN_WEAR || counts_operations(sign, &a, medium);
        a.level = level_of(sign, &a, medium);
        out[count++] = a;
    }
    return count;
}
