// sim_stamp.c: times as the tools print them in several locales.
#include <math.h>
#include <time.h>

#include "samples/generator/logs.h"

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const DAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct civil civil_at(const struct plan *plan, double seconds, int zone_minutes, double skew) {
    int64_t ms = (int64_t)floor((seconds + skew) * 1000 + 0.5) + (plan->start + 60 * (int64_t)zone_minutes) * 1000;
    time_t whole = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&whole, &tm);
    return (struct civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_wday,
                          tm.tm_hour,        tm.tm_min,     tm.tm_sec,  (int)(ms % 1000)};
}

void stamp_date(char *out, size_t size, struct civil t, const char *zone_word) {
    snprintf(out, size, "%s %s %2d %02d:%02d:%02d %s %d", DAYS[t.weekday], MONTHS[t.month - 1], t.day, t.hour, t.minute,
             t.second, zone_word, t.year);
}

void stamp_banner(char *out, size_t size, struct civil t, enum stamp_style style) {
    switch (style) {
        case STAMP_C:
            snprintf(out, size, "%02d/%02d/%02d", t.month, t.day, t.year % 100);
            break;
        case STAMP_EN_US:
            snprintf(out, size, "%02d/%02d/%d", t.month, t.day, t.year);
            break;
        case STAMP_DE:
            snprintf(out, size, "%02d.%02d.%d", t.day, t.month, t.year);
            break;
        case STAMP_ZH:
            snprintf(out, size, "%d年%02d月%02d日", t.year, t.month, t.day);
            break;
        case STAMP_ISO:
            snprintf(out, size, "%d-%02d-%02d", t.year, t.month, t.day);
            break;
    }
}

void stamp_report(char *out, size_t size, struct civil t, enum stamp_style style, int zone_minutes) {
    char date[40];
    int twelve = t.hour % 12 ? t.hour % 12 : 12, zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
    stamp_banner(date, sizeof date, t, style);
    switch (style) {
        case STAMP_C:
        case STAMP_DE:
            snprintf(out, size, "%s %02d:%02d:%02d", date, t.hour, t.minute, t.second);
            break;
        case STAMP_EN_US:
            snprintf(out, size, "%s %02d:%02d:%02d %s", date, twelve, t.minute, t.second, t.hour < 12 ? "AM" : "PM");
            break;
        case STAMP_ZH:
            snprintf(out, size, "%s %02d时%02d分%02d秒", date, t.hour, t.minute, t.second);
            break;
        case STAMP_ISO:
            snprintf(out, size, "%sT%02d:%02d:%02d%c%02d%02d", date, t.hour, t.minute, t.second,
                     zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
            break;
    }
}

void stamp_iso(char *out, size_t size, int64_t utc_seconds) {
    time_t whole = (time_t)utc_seconds;
    struct tm tm;
    gmtime_r(&whole, &tm);
    strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

const char *host_name(const struct plan *plan) {
    static const char *const names[] = {"trainbox", "dgx03", "ml-07", "gpu-node-12", "worker4", "lab-ws"};
    return plan->node ? plan->node : names[plan->seed % 6];
}
