#include "reports/shown.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/lang.h"
#include "core/text.h"
#include "core/unit.h"

char *shown_time(struct arena *arena, millis at) {
    // Beyond the years 1 to 9999 there is no date to show.
    if (at < -62135596800000 || at > 253402300799999) return arena_string(arena, "–");
    char *text = when_iso(arena, at - (at % 1000 + 1000) % 1000, false, "");
    char *t = strchr(text, 'T');
    if (t != NULL) *t = ' ';
    return text;
}

const char *shown_zone(const struct diagnosis *diagnosis) {
    return diagnosis->zone != NULL ? "UTC" : tr("printed clock, no zone stated");
}

char *shown_share(struct arena *arena, double share) {
    if (!isfinite(share)) return arena_string(arena, "–");
    if (share > 0 && share < 0.01) return arena_string(arena, "< 1 %");
    return arena_printf(arena, "%.0f %%", share * 100);
}

char *shown_gpu_time(struct arena *arena, double gpu_hours) {
    if (!isfinite(gpu_hours)) return arena_string(arena, "–");
    if (gpu_hours >= 0.1 || gpu_hours <= 0)
        return arena_printf(arena, tr("%s GPU-hours"), unit_number(arena, gpu_hours, 3));
    return arena_printf(arena, tr("%s GPU-minutes"), unit_number(arena, gpu_hours * 60, 2));
}

char *shown_cause(struct arena *arena, int cause, const char *entity) {
    if (entity == NULL || entity[0] == '\0') return arena_string(arena, cause_id((enum cause)cause));
    return arena_printf(arena, tr("%s on %s"), cause_id((enum cause)cause), shown_name(arena, entity, 60));
}

const char *shown_severity(enum severity severity) {
    switch (severity) {
        case SEVERITY_CRITICAL:
            return tr("critical");
        case SEVERITY_WARNING:
            return tr("warning");
        default:
            return tr("info");
    }
}

// Marks that turn the direction of the text behind them (U+200E, U+200F, U+202A to U+202E,
// U+2066 to U+2069) could make a name read as something else; U+2028 and U+2029 break lines.
static bool turns_text(const char *at) {
    const unsigned char *s = (const unsigned char *)at;
    if (s[0] == 0xc2) return s[1] < 0xa0;  // C1 controls
    if (s[0] != 0xe2) return false;
    if (s[1] == 0x80) return s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae);
    return s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

char *shown_text(struct arena *arena, const char *text) {
    char *copy = text_copy(arena, text_of(text == NULL ? "" : text));
    char *to = copy;
    for (const char *at = copy; *at != '\0';) {
        size_t step = text_utf8(text_of(at));
        if (turns_text(at)) {
            *to++ = '?';
        } else {
            memmove(to, at, step);
            if (*to == '\t') *to = ' ';
            to += step;
        }
        at += step;
    }
    *to = '\0';
    return copy;
}

// The byte offset of character `index` of valid UTF-8.
static size_t offset_of(const char *text, size_t index) {
    size_t at = 0;
    while (index > 0 && text[at] != '\0') {
        size_t step = text_utf8(text_of(text + at));
        at += step == 0 ? 1 : step;
        index--;
    }
    return at;
}

static size_t characters(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

char *shown_name(struct arena *arena, const char *name, size_t most) {
    char *clean = shown_text(arena, name);
    size_t length = characters(clean);
    if (length <= most) return clean;
    size_t head = (most - 1) / 2;
    size_t tail = most - 1 - head;
    size_t head_end = offset_of(clean, head);
    return arena_printf(arena, "%.*s…%s", (int)head_end, clean, clean + offset_of(clean, length - tail));
}
