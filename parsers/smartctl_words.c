// Clocks and device names as they stand around the pages of smartctl.
#include <stdio.h>
#include <string.h>

#include "parsers/smartctl_page.h"

static size_t run(struct text text, size_t from, char low, char high) {
    size_t end = from;
    while (end < text.length && text.at[end] >= low && text.at[end] <= high) end++;
    return end - from;
}

// "+05", "-03", "+0530" behind the year: hours, or hours and minutes.
static bool numeric_zone(struct text word, int *minutes) {
    if ((word.length != 3 && word.length != 5) || (word.at[0] != '+' && word.at[0] != '-')) return false;
    int digits[4] = {0};
    for (size_t i = 1; i < word.length; i++) {
        if (word.at[i] < '0' || word.at[i] > '9') return false;
        digits[i - 1] = word.at[i] - '0';
    }
    *minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
    if (word.at[0] == '-') *minutes = -*minutes;
    return *minutes >= -18 * 60 && *minutes <= 18 * 60;
}

bool smart_clock(struct text text, struct when *clock) {
    text = text_trim(text);
    size_t cut = text.length;
    while (cut > 0 && text.at[cut - 1] != ' ') cut--;
    int minutes = 0;
    bool zoned = cut > 0 && numeric_zone(text_skip(text, cut), &minutes);
    struct when when;
    bool read = when_read(zoned ? text_head(text, cut) : text, DATE_ORDER_UNKNOWN, &when);
    // A zone word of Windows' own making ("RTZ") must not cost the clock.
    if (!read && cut > 0 && run(text, cut, 'A', 'Z') == text.length - cut && text.length - cut < 6) {
        read = when_read(text_head(text, cut), DATE_ORDER_UNKNOWN, &when);
        if (read) snprintf(when.zone_word, sizeof when.zone_word, "%.*s", (int)(text.length - cut), text.at + cut);
    }
    if (!read) return false;
    if (when.epoch) {
        *clock = when;
        return true;
    }
    if (!when.has_date || !when.has_year || !when.has_time || when.ambiguous) return false;
    if (zoned) {
        when.has_zone = true;
        when.zone_minutes = minutes;
    }
    *clock = when;
    return true;
}

static size_t name_length(struct text name) {
    static const char *const lettered[] = {"sd", "hd", "vd", "xvd"};
    for (size_t i = 0; i < sizeof lettered / sizeof *lettered; i++) {
        size_t start = strlen(lettered[i]);
        size_t letters = text_starts(name, lettered[i]) ? run(name, start, 'a', 'z') : 0;
        if (letters >= 1 && letters <= 3) return start + letters;
    }
    static const char *const numbered[] = {"nvme", "sg", "mmcblk", "ada", "da", "pd", "md", "bsg"};
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t start = strlen(numbered[i]);
        size_t digits = text_starts(name, numbered[i]) ? run(name, start, '0', '9') : 0;
        if (digits < 1 || digits > 4) continue;
        size_t end = start + digits;
        size_t space = i == 0 && end < name.length && name.at[end] == 'n' ? run(name, end + 1, '0', '9') : 0;
        return space > 0 ? end + 1 + space : end;
    }
    return 0;
}

struct text smart_device(struct text path) {
    struct text none = {"", 0};
    struct text name = text_starts(path, "/dev/") ? text_skip(path, 5) : path;
    size_t length = name_length(name);
    if (length == 0) return none;
    size_t end = length;
    if (end < name.length && name.at[end] == 'p' && run(name, end + 1, '0', '9') > 0) end++;
    end += run(name, end, '0', '9');
    // Whatever follows must not continue a word: "sdxyz" and "sda$i" name no disk.
    bool ends = end == name.length || strchr(" \t:,;)]\"'|\r", name.at[end]) != NULL;
    return ends ? text_head(name, length) : none;
}
