#include "parsers/sysstat_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/iostat_fields.h"

// As for iostat: 2^32 and more divided by an interval; a %util that rounding does not explain.
static const double overflow_limit = 1e9;
static const double util_limit = 110;

enum sysstat_subject sysstat_subject_of(struct text word) {
    static const struct {
        const char *word;
        enum sysstat_subject subject;
    } keys[] = {
        {"CPU", SYSSTAT_CPU},
        {"DEV", SYSSTAT_DISK},
        {"IFACE", SYSSTAT_NET},
        {"TTY", SYSSTAT_IGNORED},
        {"INTR", SYSSTAT_IGNORED},
        {"NODE", SYSSTAT_IGNORED},
        {"FAN", SYSSTAT_IGNORED},
        {"TEMP", SYSSTAT_IGNORED},
        {"IN", SYSSTAT_IGNORED},
        {"BAT", SYSSTAT_IGNORED},
        {"BUS", SYSSTAT_IGNORED},
        {"FCHOST", SYSSTAT_IGNORED},
        {"FILESYSTEM", SYSSTAT_IGNORED},
        {"MOUNTPOINT", SYSSTAT_IGNORED},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (text_equal(word, keys[i].word)) return keys[i].subject;
    return SYSSTAT_HOST;
}

enum entity_kind sysstat_entity_kind(enum sysstat_subject subject) {
    switch (subject) {
        case SYSSTAT_CPU:
            return ENTITY_CPU;
        case SYSSTAT_DISK:
            return ENTITY_DISK;
        case SYSSTAT_NET:
            return ENTITY_NET;
        default:
            return ENTITY_HOST;
    }
}

bool sysstat_name_copy(struct text name, char out[SYSSTAT_NAME_MOST]) {
    if (name.length == 0 || name.length >= SYSSTAT_NAME_MOST) return false;
    for (size_t i = 0; i < name.length; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~') return false;
    memcpy(out, name.at, name.length);
    out[name.length] = '\0';
    return true;
}

static bool disk_field(struct text name, struct sysstat_field *out) {
    struct iostat_field field;
    double scale = 0;
    if (text_equal(name, "rd_sec/s")) {
        name = TEXT("rkB/s");
        scale = 0.5;
    } else if (text_equal(name, "wr_sec/s")) {
        name = TEXT("wkB/s");
        scale = 0.5;
    }
    if (!iostat_field_find(name, &field)) return false;
    const struct iostat_quantity *quantity = &iostat_quantities[field.quantity];
    *out = (struct sysstat_field){
        .unit = quantity->unit, .kind = SERIES_AVERAGE, .scale = scale > 0 ? scale : field.scale, .bytes = field.bytes};
    return sysstat_name_copy(text_of(quantity->name), out->quantity);
}

// States of the host that carry no unit in their name.
static bool is_state_name(struct text name) {
    static const char *const names[] = {"runq-sz", "plist-sz", "ldavg-1",   "ldavg-5", "ldavg-15", "blocked",
                                        "totsck",  "tcpsck",   "udpsck",    "rawsck",  "ip-frag",  "tcp-tw",
                                        "file-nr", "inode-nr", "dentunusd", "pty-nr",  "file-sz",  "inode-sz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal(name, names[i])) return true;
    return false;
}

static bool ends_in_rate(struct text name) { return text_ends(name, "/s"); }

// Memory as %memused, kbmemfree …; pressure as %smem-10.
static bool is_percent_state(enum sysstat_subject subject, struct text name) {
    if (subject != SYSSTAT_HOST) return false;
    return text_has(name, "mem") || text_has(name, "sw") || text_has(name, "commit") || text_has(name, "hug");
}

bool sysstat_field_find(enum sysstat_subject subject, struct text name, struct sysstat_field *out) {
    if (name.length == 0) return false;
    if (subject == SYSSTAT_DISK) return disk_field(name, out);
    struct sysstat_field field = {.kind = SERIES_AVERAGE, .scale = 1, .unit = UNIT_NONE};
    if (name.at[0] == '%') {
        field.unit = UNIT_PERCENT;
        if (is_percent_state(subject, name)) field.kind = SERIES_STATE;
    } else if (text_starts(name, "kb") && !ends_in_rate(name)) {
        field.unit = UNIT_KIB;
        field.kind = SERIES_STATE;
        field.bytes = true;
    } else if (text_equal(name, "pgpgin/s") || text_equal(name, "pgpgout/s") || text_ends(name, "kB/s")) {
        field.unit = UNIT_KIB_PER_S;
        field.bytes = true;
    } else if (text_equal(name, "rxbyt/s") || text_equal(name, "txbyt/s")) {
        name = name.at[0] == 'r' ? TEXT("rxkB/s") : TEXT("txkB/s");
        field.unit = UNIT_KIB_PER_S;
        field.scale = 1.0 / 1024;
        field.bytes = true;
    } else if (ends_in_rate(name) || text_equal(name, "tps") || text_equal(name, "rtps") || text_equal(name, "wtps") ||
               text_equal(name, "dtps")) {
        field.unit = UNIT_PER_S;
    } else if (is_state_name(name)) {
        field.kind = SERIES_STATE;
    } else {
        return false;
    }
    *out = field;
    return sysstat_name_copy(name, out->quantity);
}

bool sysstat_entity(enum sysstat_subject subject, struct text word, char room[SYSSTAT_ENTITY_MOST],
                    struct text *entity) {
    if (word.length == 0 || word.length >= SYSSTAT_ENTITY_MOST - 4) return false;
    *entity = word;
    if (subject == SYSSTAT_HOST) *entity = TEXT("host");
    if (subject != SYSSTAT_CPU) return true;
    int64_t number = 0;
    if (text_starts(word, "cpu")) word = text_skip(word, 3);
    if (text_equal(word, "all") || text_equal(word, "-1")) {
        *entity = TEXT("cpu");
        return true;
    }
    if (!text_integer(word, &number) || number < 0 || number > 99999) return false;
    snprintf(room, SYSSTAT_ENTITY_MOST, "cpu%d", (int)number);
    *entity = text_of(room);
    return true;
}

double sysstat_value(const struct sysstat_field *field, struct text word) {
    double value = NAN;
    char suffix = '\0';
    if (!fields_number(word, &value, &suffix) || suffix == '?') return NAN;
    if (suffix == '\0' || suffix == '%') return value * field->scale;
    double kib = fields_kib(suffix);
    return field->bytes && kib > 0 ? value * kib : NAN;
}

const char *sysstat_disk_doubt(const struct sysstat_field *fields, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (fabs(values[i]) >= overflow_limit) return tr("a counter of the disk wrapped: the row is left out");
        if (strcmp(fields[i].quantity, "%util") == 0 && values[i] > util_limit)
            return tr("the disk's counters began anew in this interval: the row is left out");
    }
    return NULL;
}
