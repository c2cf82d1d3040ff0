#include "parsers/kernel_stamp.h"

#include <stdio.h>
#include <string.h>

#include "parsers/kernel_json.h"

static bool digit(struct text text, size_t at) { return at < text.length && text.at[at] >= '0' && text.at[at] <= '9'; }

static struct text skip_blanks(struct text text) {
    while (text.length > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) text = text_skip(text, 1);
    return text;
}

static bool decimal(struct text text, int64_t *value) {
    if (text.length == 0 || text.length > 15) return false;
    int64_t result = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!digit(text, i)) return false;
        result = result * 10 + (text.at[i] - '0');
    }
    *value = result;
    return true;
}

// What stands before " <    0.131517>" of dmesg -d.
static struct text without_delta(struct text inside) {
    size_t found = text_ends(inside, ">") ? text_find(inside, " <") : SIZE_MAX;
    return found == SIZE_MAX ? inside : text_head(inside, found);
}

// "[248185.356943] rest": five places or more before the point, six behind it.
static bool take_boot(struct text *text, int64_t *boot) {
    if (text->length < 14 || text->at[0] != '[') return false;
    struct text rest = text_skip(*text, 1);
    struct text inside = text_cut(&rest, ']');
    if (rest.at == NULL || inside.length > 60) return false;
    inside = without_delta(inside);
    struct text seconds = text_cut(&inside, '.');
    int64_t whole = 0;
    int64_t micros = 0;
    if (seconds.length < 5 || inside.length != 6) return false;
    if (!decimal(skip_blanks(seconds), &whole) || !decimal(inside, &micros) || whole > 10000000000) return false;
    *boot = whole * 1000000 + micros;
    *text = rest.length > 0 && rest.at[0] == ' ' ? text_skip(rest, 1) : rest;
    return true;
}

// "[     T10] " or "[    C3] ": which thread or CPU spoke.
static bool take_caller(struct text *text) {
    if (text->length < 5 || text->at[0] != '[') return false;
    struct text rest = text_skip(*text, 1);
    struct text inside = text_cut(&rest, ']');
    if (rest.at == NULL || inside.length > 12) return false;
    inside = skip_blanks(inside);
    int64_t number = 0;
    if (inside.length < 2 || (inside.at[0] != 'T' && inside.at[0] != 'C') || !decimal(text_skip(inside, 1), &number))
        return false;
    *text = skip_blanks(rest);
    return true;
}

// "<4>" in front of what printk stored.
static void take_level(struct text *text) {
    if (text->length > 3 && text->at[0] == '<' && digit(*text, 1)) {
        size_t end = digit(*text, 2) ? 3 : 2;
        if (end < text->length && text->at[end] == '>') *text = text_skip(*text, end + 1);
    }
}

static bool take_word_of(struct text *text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!text_starts(*text, words[i])) continue;
        struct text rest = skip_blanks(text_skip(*text, strlen(words[i])));
        if (!text_starts(rest, ":")) continue;
        *text = text_skip(rest, 1);
        return true;
    }
    return false;
}

// "kern  :warn  : " of dmesg -x, with the blanks that a copy left.
static bool take_facility(struct text *text) {
    static const char *const facilities[] = {"kern",   "user",   "mail",   "daemon",   "auth",   "syslog", "lpr",
                                             "news",   "uucp",   "cron",   "authpriv", "ftp",    "local0", "local1",
                                             "local2", "local3", "local4", "local5",   "local6", "local7"};
    static const char *const levels[] = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"};
    struct text rest = *text;
    if (!take_word_of(&rest, facilities, sizeof facilities / sizeof *facilities)) return false;
    rest = skip_blanks(rest);
    if (!take_word_of(&rest, levels, sizeof levels / sizeof *levels)) return false;
    *text = skip_blanks(rest);
    return true;
}

// "kernel: ", "host kernel: " and "host program[pid]: " behind an uptime: journalctl -o short-monotonic. A name without
// a process may as well be the kernel's own words.
static void take_speaker(struct text *text, struct kernel_line *out) {
    struct text rest = *text;
    struct text host = text_word(&rest);
    if (text_equal(host, "kernel:")) *text = skip_blanks(rest);
    if (host.length == 0 || host.length > 255 || text_ends(host, ":")) return;
    struct text program = text_word(&rest);
    struct text pid = program;
    program = text_cut(&pid, '[');
    int64_t number = 0;
    bool kernel = text_equal(program, "kernel:");
    bool other = text_ends(pid, "]:") && decimal(text_head(pid, pid.length - 2), &number) && program.length > 0;
    if (!kernel && !other) return;
    out->layout = LAYOUT_SYSLOG;
    out->host = host;
    out->program = kernel ? TEXT("kernel") : program;
    *text = skip_blanks(rest);
}

static bool read_boot(struct text text, struct kernel_line *out) {
    take_level(&text);
    if (!take_boot(&text, &out->stamp.boot)) return false;
    out->layout = LAYOUT_BOOT;
    out->stamp.has_boot = true;
    take_caller(&text);
    take_speaker(&text, out);
    out->text = text;
    return true;
}

// "6,3964,206764307,-;text", with or without further fields before the semicolon.
static bool read_kmsg(struct text text, struct kernel_line *out) {
    if (!digit(text, 0)) return false;
    struct text rest = text;
    int64_t priority = 0, sequence = 0, micros = 0;
    if (!decimal(text_cut(&rest, ','), &priority) || priority > 999 || !decimal(text_cut(&rest, ','), &sequence) ||
        !decimal(text_cut(&rest, ','), &micros))
        return false;
    struct text flags = text_cut(&rest, ';');
    if (rest.at == NULL || flags.length > 60) return false;
    out->layout = LAYOUT_BOOT;
    out->stamp.has_boot = true;
    out->stamp.boot = micros;
    out->text = rest;
    return true;
}

// ── stamps in a language that nobody here knows: the line is the kernel's, its time is lost ──

static bool only_digits(struct text text, size_t least, size_t most) {
    if (text.length < least || text.length > most) return false;
    for (size_t i = 0; i < text.length; i++)
        if (!digit(text, i)) return false;
    return true;
}

// Letters of any script, perhaps behind a number, perhaps with a point: "Mär.", "3月".
static bool is_name(struct text text) {
    bool any = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
        if (!letter && !digit(text, i) && c != '.') return false;
        any = any || letter;
    }
    return any && text.length >= 2 && text.length <= 40;
}

static bool is_clock(struct text text) {
    return text.length == 8 && text.at[2] == ':' && text.at[5] == ':' && only_digits(text_head(text, 2), 2, 2) &&
           only_digits(text_head(text_skip(text, 3), 2), 2, 2) && only_digits(text_skip(text, 6), 2, 2);
}

// "Xxx Qqq 10 16:24:18 2025": ctime's order is the same in every language.
static bool looks_like_ctime(struct text text) {
    struct text week_day = text_word(&text), month = text_word(&text), day = text_word(&text);
    struct text clock = text_word(&text), year = text_word(&text);
    return is_name(week_day) && is_name(month) && only_digits(day, 1, 2) && is_clock(clock) &&
           only_digits(year, 4, 4) && text_trim(text).length == 0;
}

// "Qqq 10 16:24:18 " at the start of a line of syslog.
static bool looks_like_syslog(struct text text, size_t *used) {
    struct text rest = text;
    struct text month = text_word(&rest), day = text_word(&rest), clock = text_word(&rest);
    if (!is_name(month) || !only_digits(day, 1, 2) || !is_clock(clock)) return false;
    *used = (size_t)(clock.at + clock.length - text.at);
    return true;
}

static bool read_dmesg_t(struct text text, struct kernel_line *out) {
    take_level(&text);
    take_facility(&text);
    if (text.length < 22 || text.at[0] != '[') return false;
    struct text rest = text_skip(text, 1);
    struct text inside = text_cut(&rest, ']');
    // Some languages need 40 bytes; a bracket that closes later is not a stamp.
    if (rest.at == NULL || inside.length > 80 || inside.length < 16) return false;
    inside = without_delta(inside);
    // ctime begins with a weekday in every language; "[2024-09-09 17:23:42]" is some program's own.
    if (digit(inside, 0) || !text_starts(rest, " ")) return false;
    struct when when;
    bool known =
        when_read(inside, DATE_ORDER_UNKNOWN, &when) && when.has_year && when.has_date && when.has_time && !when.epoch;
    if (!known && !looks_like_ctime(inside)) return false;
    out->layout = LAYOUT_DMESG_T;
    out->stamp.has_wall = known;
    if (known) out->stamp.wall = when;
    rest = skip_blanks(rest);
    take_caller(&rest);
    out->text = rest;
    return true;
}

// "+0.000844", "<    0.000844>" of dmesg -d -t: seconds since the line before.
static bool read_step(struct text text, int64_t *step) {
    bool bracketed = text_starts(text, "<") && text_ends(text, ">");
    if (!text_starts(text, "+") && !bracketed) return false;
    struct text micros = bracketed ? skip_blanks(text_skip(text_head(text, text.length - 1), 1)) : text_skip(text, 1);
    struct text seconds = text_cut(&micros, '.');
    int64_t whole = 0, part = 0;
    if (seconds.length > 9 || micros.length != 6 || !decimal(seconds, &whole) || !decimal(micros, &part)) return false;
    *step = whole * 1000000 + part;
    return true;
}

// "May 6 07:08", "Jun26 19:24": util-linux prints month and day as "%s%2d".
static bool read_minute(struct text text, struct when *when) {
    if (text.length < 10 || text.length > 30) return false;
    struct text clock = text_skip(text, text.length - 5);
    struct text name = text_head(text, text.length - 5);
    if (clock.at[2] != ':' || !text_ends(name, " ")) return false;
    name = text_trim(name);
    size_t digits = digit(name, name.length - 2) ? 2 : 1;
    struct text day = text_skip(name, name.length - digits);
    name = text_trim(text_head(name, name.length - digits));
    if (!digit(day, 0) || !is_name(name)) return false;
    char line[64];
    int length = snprintf(line, sizeof line, "%.*s %.*s %.*s:00", (int)name.length, name.at, (int)day.length, day.at,
                          (int)clock.length, clock.at);
    struct text whole = {line, (size_t)length};
    return when_read(whole, DATE_ORDER_UNKNOWN, when) && when->has_date && when->has_time && !when->has_year;
}

static bool read_dmesg_e(struct text text, struct kernel_line *out) {
    take_level(&text);
    take_facility(&text);
    if (text.length < 11 || text.at[0] != '[') return false;
    struct text rest = text_skip(text, 1);
    struct text inside = text_trim(text_cut(&rest, ']'));
    if (rest.at == NULL || !text_starts(rest, " ")) return false;
    out->stamp.has_step = read_step(inside, &out->stamp.step);
    out->stamp.has_wall = !out->stamp.has_step && read_minute(inside, &out->stamp.wall);
    if (!out->stamp.has_step && !out->stamp.has_wall) return false;
    out->layout = LAYOUT_MINUTE;
    rest = text_skip(rest, 1);
    take_caller(&rest);
    out->text = rest;
    return true;
}

// "host program[pid]: text" behind a stamp of syslog or journald.
static bool take_origin(struct text *text, struct kernel_line *out) {
    struct text rest = *text;
    struct text host = text_word(&rest);
    rest = skip_blanks(rest);
    size_t end = 0;
    while (end < rest.length && end < 80 && rest.at[end] != ':' && rest.at[end] != ' ') end++;
    if (host.length == 0 || host.length > 255 || end == 0 || end >= rest.length || rest.at[end] != ':') return false;
    out->host = host;
    out->program = text_head(rest, end);
    size_t pid = text_find(out->program, "[");
    if (pid != SIZE_MAX) out->program = text_head(out->program, pid);
    *text = skip_blanks(text_skip(rest, end + 1));
    return true;
}

// "[kernel] text": metalog names no host.
static bool take_metalog(struct text *text, struct kernel_line *out) {
    if (!text_starts(*text, "[")) return false;
    struct text rest = text_skip(*text, 1);
    struct text program = text_cut(&rest, ']');
    if (rest.at == NULL || program.length == 0 || program.length > 80 || !text_starts(rest, " ")) return false;
    for (size_t i = 0; i < program.length; i++)
        if (program.at[i] == ' ' || program.at[i] == '[') return false;
    out->program = program;
    *text = skip_blanks(rest);
    return true;
}

// printk's own stamp behind that of syslog.
static void take_stored_stamp(struct text *text, struct kernel_line *out) {
    if (take_boot(text, &out->stamp.boot)) out->stamp.has_boot = true;
    take_caller(text);
}

// "-" or "[id name=\"value\"]…", and the blank behind it.
static bool take_data(struct text *text) {
    size_t at = 0;
    bool quoted = false, inside = false;
    for (; at < text->length; at++) {
        char c = text->at[at];
        if (quoted && c == '\\')
            at++;
        else if (inside && c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == ']'))
            inside = c == '[';
        else if (!inside && c == ' ')
            break;
        else if (!inside && c != '-')
            return false;
    }
    if (at == 0 || at >= text->length) return false;
    struct text rest = skip_blanks(text_skip(*text, at));
    *text = text_starts(rest, "\xef\xbb\xbf") ? text_skip(rest, 3) : rest;
    return true;
}

// "-03", "+0530": the name of a zone that has no letters.
static bool take_offset(struct text *text, struct when *when) {
    struct text rest = *text;
    struct text word = text_word(&rest);
    int64_t value = 0;
    bool sign = text_starts(word, "+") || text_starts(word, "-");
    if (!sign || (word.length != 3 && word.length != 5) || !decimal(text_skip(word, 1), &value)) return false;
    int minutes = word.length == 3 ? (int)value * 60 : (int)(value / 100) * 60 + (int)(value % 100);
    if (minutes > 14 * 60) return false;
    when->has_zone = true;
    when->zone_minutes = word.at[0] == '-' ? -minutes : minutes;
    *text = rest;
    return true;
}

// "Mon 2024-05-06 07:08:00 CEST ", and the same with microseconds.
static bool take_journal_full(struct text *text, struct when *when) {
    static const char *const days[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
    size_t day = 0;
    while (day < sizeof days / sizeof *days && !text_starts(*text, days[day])) day++;
    if (day == sizeof days / sizeof *days || !digit(*text, 4)) return false;
    struct text rest = text_skip(*text, 4);
    size_t used = 0;
    if (!when_read_prefix(rest, DATE_ORDER_UNKNOWN, when, &used) || !when->has_year || !when->has_time) return false;
    rest = skip_blanks(text_skip(rest, used));
    if (!when->has_zone && when->zone_word[0] == '\0' && !take_offset(&rest, when)) return false;
    *text = rest;
    return true;
}

// "1714972080.123456 "
static bool take_journal_unix(struct text *text, struct when *when) {
    enum { LENGTH = 17 };
    size_t used = 0;
    if (text->length <= LENGTH || text->at[10] != '.' || text->at[LENGTH] != ' ') return false;
    if (!when_read_prefix(*text, DATE_ORDER_UNKNOWN, when, &used) || !when->epoch || used != LENGTH) return false;
    *text = text_skip(*text, used + 1);
    return true;
}

// "1 2024-05-06T07:08:00.123456+02:00 host program pid message-id [data] text" behind the priority.
static bool read_rfc5424(struct text text, struct kernel_line *out) {
    if (!text_starts(text, "<")) return false;
    struct text rest = text_skip(text, 1);
    int64_t priority = 0;
    struct text number = text_cut(&rest, '>');
    if (number.length > 3 || !decimal(number, &priority) || !text_starts(rest, "1 ")) return false;
    text_word(&rest);
    struct text stamp = text_word(&rest), host = text_word(&rest), program = text_word(&rest);
    text_word(&rest);  // the process
    text_word(&rest);  // the kind of message
    struct when when;
    if (!when_read(stamp, DATE_ORDER_UNKNOWN, &when) || !when.has_year || !when.has_time || when.epoch) return false;
    rest = skip_blanks(rest);
    if (!take_data(&rest) || program.length == 0 || program.length > 80 || host.length > 255) return false;
    out->layout = LAYOUT_SYSLOG;
    out->stamp.has_wall = true;
    out->stamp.wall = when;
    if (!text_equal(host, "-")) out->host = host;
    out->program = program;
    take_stored_stamp(&rest, out);
    out->text = rest;
    return true;
}

static bool read_journal(struct text text, struct kernel_line *out) {
    struct when when;
    if (!take_journal_full(&text, &when) && !take_journal_unix(&text, &when)) return false;
    if (!take_origin(&text, out)) return false;
    out->layout = LAYOUT_SYSLOG;
    out->stamp.has_wall = true;
    out->stamp.wall = when;
    take_stored_stamp(&text, out);
    out->text = text;
    return true;
}

// "2025-01-21T04:41:44,283302+00:00 ": microseconds behind a comma, which no syslog prints, so no host follows.
static bool stamped_by_dmesg(struct text text) {
    enum { COMMA = 19, ZONE = 26, END = 32 };
    if (text.length <= END || text.at[10] != 'T' || text.at[COMMA] != ',' || text.at[END] != ' ') return false;
    return only_digits(text_head(text_skip(text, COMMA + 1), 6), 6, 6) &&
           (text.at[ZONE] == '+' || text.at[ZONE] == '-') && text.at[ZONE + 3] == ':';
}

static bool read_syslog(struct text text, struct kernel_line *out) {
    struct when when;
    size_t used = 0;
    bool facility = take_facility(&text);
    if (facility && take_boot(&text, &out->stamp.boot)) {
        out->layout = LAYOUT_BOOT;
        out->stamp.has_boot = true;
        out->text = text;
        return true;
    }
    // rsyslog's "<PRI>" survives in raw captures.
    take_level(&text);
    if (text.length < 12) return false;
    facility = facility || stamped_by_dmesg(text);
    bool known =
        when_read_prefix(text, DATE_ORDER_UNKNOWN, &when, &used) && when.has_date && when.has_time && !when.epoch;
    if ((!known && !looks_like_syslog(text, &used)) || used >= text.length) return false;
    struct text rest = text_skip(text, used);
    if (rest.at[0] != ' ' && rest.at[0] != '\t') return false;
    rest = skip_blanks(rest);
    bool syslogs = !known || !when.has_year;
    if (!facility && !(syslogs && take_metalog(&rest, out)) && !take_origin(&rest, out)) return false;
    out->layout = facility ? LAYOUT_ISO : LAYOUT_SYSLOG;
    out->stamp.has_wall = known;
    if (known) out->stamp.wall = when;
    take_stored_stamp(&rest, out);
    out->text = rest;
    return true;
}

// A remote syslog's table: quoted fields, the last one is the text and may go on in the next lines.
static bool read_export(struct text text, struct kernel_line *out) {
    if (text.length < 30 || text.at[0] != '"' || !digit(text, 1)) return false;
    struct text fields[6];
    struct text rest = text_skip(text, 1);
    for (size_t i = 0; i < 5; i++) {
        size_t end = text_find(rest, "\",\"");
        if (end == SIZE_MAX || end > 100) return false;
        fields[i] = text_head(rest, end);
        rest = text_skip(rest, end + 3);
    }
    struct when when;
    if (!when_read(fields[0], DATE_ORDER_UNKNOWN, &when) || !when.has_date || !when.has_time) return false;
    out->layout = LAYOUT_EXPORT;
    out->stamp.has_wall = true;
    out->stamp.wall = when;
    out->host = fields[4];
    out->open = !text_ends(text_trim(rest), "\"");
    if (!out->open) rest = text_head(text_trim(rest), text_trim(rest).length - 1);
    struct text padded = rest;
    if (take_boot(&padded, &out->stamp.boot)) {
        out->stamp.has_boot = true;
        rest = padded;
    }
    out->text = rest;
    return true;
}

static bool read_bare(struct text text, struct kernel_line *out) {
    struct text rest = skip_blanks(text);
    bool kernel = text_starts(rest, "kernel: ");
    if (kernel)
        rest = text_skip(rest, 8);
    else if (!take_caller(&rest))
        return false;
    out->layout = LAYOUT_BARE;
    if (kernel && take_boot(&rest, &out->stamp.boot)) {
        out->layout = LAYOUT_BOOT;
        out->stamp.has_boot = true;
        take_caller(&rest);
    }
    out->text = rest;
    return true;
}

void kernel_line_read(struct text line, struct kernel_line *out) {
    *out = (struct kernel_line){.layout = LAYOUT_NONE, .host = {"", 0}, .program = {"", 0}, .text = line};
    struct text text = skip_blanks(line);
    if (text.length == 0) return;
    if (read_boot(text, out) || kernel_json_read(text, out) || read_rfc5424(text, out) || read_journal(text, out) ||
        read_kmsg(text, out) || read_dmesg_t(text, out) || read_dmesg_e(text, out) || read_export(text, out) ||
        read_syslog(text, out) || read_bare(text, out))
        return;
    out->layout = LAYOUT_NONE;
    out->stamp = (struct kernel_stamp){0};
    out->host = out->program = (struct text){"", 0};
    out->text = line;
}

// "Mon 2018-02-19 05:30:10 EST": systemd prints it in English everywhere.
static bool read_journal_date(struct text text, struct when *when) {
    size_t used = 0;
    text = text_trim(text);
    text_word(&text);
    return when_read_prefix(skip_blanks(text), DATE_ORDER_UNKNOWN, when, &used) && when->has_year && when->has_date &&
           when->has_time;
}

bool kernel_heading_read(struct text line, struct when *from, struct when *to) {
    static const char *const begins[] = {"-- Logs begin at ", "-- Journal begins at "};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        if (!text_starts(line, begins[i])) continue;
        struct text rest = text_skip(line, strlen(begins[i]));
        struct text first = text_cut(&rest, ',');
        rest = skip_blanks(rest);
        if (!text_starts(rest, "end at ") && !text_starts(rest, "ends at ")) return false;
        text_word(&rest);
        rest = skip_blanks(rest);
        text_word(&rest);
        return read_journal_date(first, from) && read_journal_date(rest, to);
    }
    return false;
}
