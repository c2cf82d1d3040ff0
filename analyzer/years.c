#include "analyzer/years.h"

#include <math.h>

#include "core/arena.h"
#include "core/lang.h"

#define WEEK ((millis)7 * 86400 * 1000)

// The same month, day and time in another year; 29 February becomes 1 March.
static millis in_year(millis at, int year) {
    int64_t days = at / 86400000;
    millis rest = at % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int own = 0;
    int month = 0;
    int day = 0;
    when_date(days, &own, &month, &day);
    return when_days(year, month, day) * 86400000 + rest;
}

static double distance(millis first, millis last, millis from, millis to) {
    if (last >= from && first <= to) return 0;
    return (double)(first > to ? first - to : from - last);
}

void years_settle(const struct source *reference, struct source_clock *clocks, size_t count, struct arena *arena) {
    for (size_t i = 0; i < count; i++) {
        const struct source *source = clocks[i].source;
        if (!source->year_assumed || source->first == MILLIS_NONE || source == reference) continue;
        clocks[i].placed = false;
        clocks[i].established = false;
        clocks[i].note = tr("its stamps print no year, and no year makes it meet the other logs");
        if (reference == NULL || reference->first == MILLIS_NONE) continue;
        int year = 0;
        int month = 0;
        int day = 0;
        when_date(reference->last / 86400000, &year, &month, &day);
        double best = INFINITY;
        for (int y = year - 1; y <= year + 1; y++) {
            millis last = in_year(source->last, y);
            double away = distance(last - (source->last - source->first), last, reference->first, reference->last);
            if (away >= best || away > (double)WEEK) continue;
            best = away;
            clocks[i].placed = true;
            clocks[i].method = CLOCK_ASSUMED;
            clocks[i].offset_seconds = (double)(source->last - last) / 1000;
            clocks[i].uncertainty_seconds = 60;
            clocks[i].note = arena_printf(arena, tr("its stamps print no year; %d makes it meet the reference log"), y);
        }
    }
}
