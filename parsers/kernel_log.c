#include "parsers/kernel_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/kernel_ata.h"
#include "parsers/kernel_rules.h"
#include "parsers/pcre.h"

enum {
    BID_LINES = 400,      // of the head that a bid looks at
    RECORD_MOST = 2048,   // bytes of a record joined from folded lines
    JOINED_MOST = 8,      // lines of one record
    PARTS_MOST = 16,      // of a record with escaped newlines
    TOLD_FIRST = 256,     // places for messages that are remembered to recognise their repetition, a power of two …
    TOLD_MOST = 1 << 21,  // … and where it ends: at most half of the places are taken
};

// ── the bid ─────────────────────────────────────────────────────────────────

struct tally {
    size_t lines, stamped, smartd, kernel, words, bare;
};

static bool kernel_speaks(const struct kernel_line *line) {
    if (line->layout == LAYOUT_NONE) return false;
    if (line->layout == LAYOUT_EXPORT) return line->stamp.has_boot;
    return line->layout != LAYOUT_SYSLOG || text_equal(line->program, "kernel");
}

static void count_line(struct tally *tally, struct pattern *words, struct pattern *bare, struct text text) {
    struct kernel_line line;
    struct text group[1];
    kernel_line_read(text, &line);
    tally->lines++;
    if (line.layout == LAYOUT_NONE) {
        tally->bare += pattern_match(bare, line.text, group, 1);
        return;
    }
    if (line.layout == LAYOUT_SYSLOG && text_equal(line.program, "smartd")) tally->smartd++;
    if (line.layout != LAYOUT_BARE) tally->stamped++;
    if (!kernel_speaks(&line)) return;
    tally->kernel++;
    // An export's text stands in the next line; its quoted fields prove enough.
    bool exported = line.layout == LAYOUT_EXPORT && line.stamp.has_boot;
    if (exported || pattern_match(words, line.text, group, 1)) tally->words++;
}

int kernel_log_bid(struct text head, bool whole) {
    (void)whole;
    // Words at the start of a line that no training log prints behind such a stamp.
    struct pattern *words = pattern_new(
        "^(?:\\[[^\\]]{1,30}\\] ?)?(?:NVRM|nvidia|ata\\d|sd \\d|scsi|nvme |usb |pci "
        "|pcieport|EXT4-fs|XFS|BTRFS|md/|md:|"
        "ACPI|systemd\\[|Linux version|Command line|CPU\\d|mce|EDAC|INFO: task|Out of "
        "memory|oom-kill|IPv6|docker0|audit|"
        "TCP:|perf:|nfs:|device-mapper|e1000|igb|ixgbe|mlx|kauditd|smpboot|x86/|tsc:|loop\\d|sysrq|BUG:|Call Trace|"
        "RIP:|Modules linked|blk_update|print_req|end_request|I/O error|Buffer I/O|NMI|Killed "
        "process|\\[Hardware|thermal)|"
        "invoked oom-killer");
    // Whole messages, which are the kernel's also where a forum lost their stamps.
    struct pattern *bare = pattern_new(
        "^(?:NVRM: (?:Xid|GPU)|INFO: task \\S+:\\d+ blocked for more than|"
        "(?:blk_update_request: |print_req_error: |end_request: )?(?:I/O|critical [a-z ]{3,30}) error, dev \\w+, "
        "sector "
        "|Buffer I/O error on dev|EXT4-fs (?:error|warning) \\(device|ata\\d+(?:\\.\\d\\d)?: |sd \\d+:\\d+:\\d+:\\d+: "
        "|nvme nvme\\d+: |(?:Memory cgroup out|Out) of memory: Kill|pcieport [0-9a-f:.]+: |BTRFS "
        "(?:error|info|warning|critical) "
        "|XFS \\(\\S+\\): |usb \\d+-[\\d.]+: |Kernel panic - )");
    struct tally tally = {0};
    struct text rest = head;
    while (rest.at != NULL && tally.lines < BID_LINES) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length > 0) count_line(&tally, words, bare, line);
    }
    pattern_free(words);
    pattern_free(bare);
    if (tally.lines == 0) return BID_NONE;
    bool most = 2 * tally.stamped >= tally.lines;
    if (most && tally.words > 0) return BID_SURE - 10;
    if (tally.words > 0 && tally.kernel > 0) return BID_LIKELY;
    if (2 * tally.bare >= tally.lines) return BID_LIKELY - 10;
    if (most && tally.kernel > 0) return BID_WEAK + 15;
    return most && tally.smartd > 0 ? BID_LIKELY - 10 : BID_NONE;
}

// ── records ─────────────────────────────────────────────────────────────────

// A record is a line with the lines that a mailer or an export broke off it.
struct log_parse {
    struct source *source;
    struct kernel_clock *clock;
    struct kernel_events *events;
    struct kernel_ata *ata;
    struct kernel_rules *rules;
    bool pending;
    struct kernel_line head;  // of the record; its texts lie in `record` and `program`
    uint32_t line;
    char record[RECORD_MOST];
    size_t length;
    size_t joined;
    char program[64];
    bool other_host;
    size_t kernel_lines, foreign;
    bool reboot_marked;
    uint64_t *told;  // hashes, 0 where none
    size_t told_places, told_count;
};

static void note_host(struct log_parse *parse, struct text host, uint32_t line) {
    struct source *source = parse->source;
    if (host.length == 0) return;
    if (source->host[0] == '\0') {
        source->host = text_copy(source->arena_, host);
    } else if (!text_equal(host, source->host) && !parse->other_host) {
        parse->other_host = true;
        source_problem(source, line, SEVERITY_WARNING, tr("the log has lines of another host, too: %.*s"),
                       (int)(host.length < 80 ? host.length : 80), host.at);
    }
}

static void report_reboot(struct log_parse *parse, const struct kernel_moment *at) {
    struct kernel_report event = {.at = *at,
                                  .line = parse->line,
                                  .kind = EVENT_REBOOT,
                                  .entity = {"", 0},
                                  .text = text_of(tr("the kernel started again")),
                                  .value = NAN,
                                  .code = (int)parse->line};
    kernel_events_add(parse->events, &event);
}

// Where a hash stands or would stand.
static uint64_t *told_place(uint64_t *told, size_t places, uint64_t hash) {
    size_t at = (size_t)(hash ^ hash >> 32) & (places - 1);
    while (told[at] != 0 && told[at] != hash) at = (at + 1) & (places - 1);
    return &told[at];
}

static void grow_told(struct log_parse *parse) {
    size_t places = parse->told_places == 0 ? TOLD_FIRST : 2 * parse->told_places;
    size_t none = 0;
    uint64_t *told = grow_array(NULL, &none, places, sizeof *told);
    memset(told, 0, places * sizeof *told);
    for (size_t i = 0; i < parse->told_places; i++)
        if (parse->told[i] != 0) *told_place(told, places, parse->told[i]) = parse->told[i];
    free(parse->told);
    parse->told = told;
    parse->told_places = places;
}

enum told_by { TOLD_BY_UPTIME, TOLD_WITH_UPTIME, TOLD_WITHOUT_UPTIME };

static uint64_t told_key(uint64_t text, enum told_by by, int64_t time) {
    uint64_t hash = (text ^ (uint64_t)time) * 1099511628211u;
    hash = (hash ^ (uint64_t)by) * 1099511628211u;
    return hash == 0 ? 1 : hash;
}

static bool is_told(const struct log_parse *parse, uint64_t key) {
    return parse->told_places > 0 && *told_place(parse->told, parse->told_places, key) == key;
}

static void remember_told(struct log_parse *parse, uint64_t key) {
    if (2 * parse->told_count >= parse->told_places && parse->told_places < TOLD_MOST) grow_told(parse);
    if (2 * parse->told_count >= parse->told_places) return;
    uint64_t *place = told_place(parse->told, parse->told_places, key);
    if (*place == 0) parse->told_count++;
    *place = key;
}

// kern.log, dmesg and journalctl of one boot in one file tell each message several times, with one text and one uptime,
// or one second of the wall clock where one of them prints no uptime: it counts once.
static bool told_before(struct log_parse *parse, struct text text, const struct kernel_moment *at) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.length; i++) hash = (hash ^ (unsigned char)text.at[i]) * 1099511628211u;
    uint64_t by_uptime = told_key(hash, TOLD_BY_UPTIME, at->boot);
    uint64_t with = told_key(hash, TOLD_WITH_UPTIME, at->civil / 1000);
    uint64_t without = told_key(hash, TOLD_WITHOUT_UPTIME, at->civil / 1000);
    bool told = at->has_boot && is_told(parse, by_uptime) && kernel_clock_retold(parse->clock, at);
    bool same_second = is_told(parse, without) || (!at->has_boot && is_told(parse, with));
    told = told || (at->has_wall && same_second && kernel_clock_wall_retold(parse->clock, at));
    if (at->has_boot) remember_told(parse, by_uptime);
    if (at->has_wall) remember_told(parse, at->has_boot ? with : without);
    return told;
}

// True if libata or a rule knew the text.
static bool read_message(struct log_parse *parse, struct text text, const struct kernel_moment *at, uint32_t line) {
    kernel_ata_scsi(parse->ata, text);
    return kernel_ata_line(parse->ata, text, at, line) || kernel_rules_line(parse->rules, text, at, line);
}

// Makes one line of the record, whose parts syslog joined with "#012" for a newline; returns how many parts there are
// and where they begin.
static size_t unescape(struct log_parse *parse, size_t *starts) {
    struct text rest = {parse->record, parse->length};
    size_t count = 0, length = 0;
    while (true) {
        size_t end = count + 1 < PARTS_MOST ? text_find(rest, "#012") : SIZE_MAX;
        struct text part = end == SIZE_MAX ? rest : text_head(rest, end);
        if (count > 0) part = text_trim(part);
        if (count > 0 && length > 0 && parse->record[length - 1] != ' ') parse->record[length++] = ' ';
        starts[count++] = length;
        memmove(parse->record + length, part.at, part.length);
        length += part.length;
        if (end == SIZE_MAX) break;
        rest = text_skip(rest, end + 4);
    }
    parse->length = length;
    return count;
}

// The whole record if a rule knows it, else each part: they may be messages of their own.
static void read_record(struct log_parse *parse, const struct kernel_moment *at) {
    size_t starts[PARTS_MOST + 1];
    size_t count = unescape(parse, starts);
    struct text text = {parse->record, parse->length};
    if (read_message(parse, text, at, parse->line) || count == 1) return;
    starts[count] = parse->length;
    for (size_t i = 0; i < count; i++) {
        struct text part = {parse->record + starts[i], starts[i + 1] - starts[i]};
        read_message(parse, text_trim(part), at, parse->line);
    }
}

static void finish_record(struct log_parse *parse) {
    if (!parse->pending) return;
    parse->pending = false;
    struct text text = {parse->record, parse->length};
    bool rebooted = false;
    struct kernel_moment at = kernel_clock_see(parse->clock, &parse->head, &rebooted);
    if (rebooted || parse->reboot_marked) report_reboot(parse, &at);
    parse->reboot_marked = false;
    struct text program = text_of(parse->program);
    if (text_equal(program, "smartd")) {
        kernel_rules_smartd(parse->rules, text, &at, parse->line);
        return;
    }
    if (parse->head.layout == LAYOUT_SYSLOG && !text_equal(program, "kernel")) return;
    parse->kernel_lines++;
    if (told_before(parse, text, &at)) return;
    read_record(parse, &at);
}

static void append(struct log_parse *parse, struct text text) {
    size_t room = RECORD_MOST - parse->length;
    size_t take = text.length < room ? text.length : room;
    memcpy(parse->record + parse->length, text.at, take);
    parse->length += take;
}

static void begin_record(struct log_parse *parse, const struct kernel_line *line, uint32_t number) {
    finish_record(parse);
    note_host(parse, line->host, number);
    parse->pending = true;
    parse->head = *line;
    parse->line = number;
    parse->length = 0;
    parse->joined = 0;
    size_t size = line->program.length < sizeof parse->program ? line->program.length : sizeof parse->program - 1;
    memcpy(parse->program, line->program.at, size);
    parse->program[size] = '\0';
    append(parse, line->text);
}

// A line without a stamp belongs to the one before it, unless that one is closed by a blank line or an
// elision.
static void go_on(struct log_parse *parse, struct text line, uint32_t number) {
    struct text trimmed = text_trim(line);
    bool elision = text_equal(trimmed, "...") || text_equal(trimmed, "[...]");
    if (trimmed.length == 0 || elision) {
        if (!parse->head.open) finish_record(parse);
        return;
    }
    if (text_starts(trimmed, "-- Reboot --") || text_starts(trimmed, "-- Boot ")) {
        finish_record(parse);
        parse->reboot_marked = true;
        return;
    }
    // journalctl's "-- Logs begin at … --", "-- No entries --".
    if (text_starts(trimmed, "-- ") && text_ends(trimmed, " --")) {
        struct when from, to;
        finish_record(parse);
        if (kernel_heading_read(trimmed, &from, &to)) kernel_clock_journal(parse->clock, &from, &to);
        parse->foreign++;
        return;
    }
    if (parse->pending && parse->joined < JOINED_MOST) {
        bool quoted = parse->head.open && text_ends(trimmed, "\"");
        while (parse->length > 0 && parse->record[parse->length - 1] == ' ') parse->length--;
        if (parse->length > 0) append(parse, TEXT(" "));
        append(parse, quoted ? text_head(trimmed, trimmed.length - 1) : trimmed);
        parse->joined++;
        if (quoted) parse->head.open = false;
        return;
    }
    finish_record(parse);
    // Pasted without stamps: undated, but the kernel's if a rule knows it.
    struct kernel_moment undated = {0};
    if (!read_message(parse, trimmed, &undated, number)) parse->foreign++;
}

static void close_parse(struct log_parse *parse) {
    struct source *source = parse->source;
    finish_record(parse);
    kernel_ata_finish(parse->ata);
    kernel_rules_finish(parse->rules);
    kernel_clock_settle(parse->clock, source);
    kernel_events_write(parse->events, parse->clock, source);
    kernel_rules_write(parse->rules, parse->clock, source);
    source->reports = source->samples = parse->kernel_lines;
    source->skipped_lines += parse->foreign;
    if (parse->foreign > 0)
        source_problem(source, 0, SEVERITY_INFO, tr("%zu lines are no kernel messages and were not used"),
                       parse->foreign);
    kernel_rules_free(parse->rules);
    kernel_ata_free(parse->ata);
    kernel_events_free(parse->events);
    kernel_clock_free(parse->clock);
    source_finish(source);
}

void kernel_log_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct log_parse *parse = calloc(1, sizeof *parse);
    if (parse == NULL) abort();
    parse->source = source;
    parse->clock = kernel_clock_new();
    parse->events = kernel_events_new();
    parse->ata = kernel_ata_new(parse->events);
    parse->rules = kernel_rules_new(parse->events, parse->ata, source);
    struct text text;
    while (lines_next(lines, &text)) {
        struct kernel_line line;
        kernel_line_read(text, &line);
        if (line.layout == LAYOUT_NONE)
            go_on(parse, text, lines_number(lines));
        else
            begin_record(parse, &line, lines_number(lines));
    }
    close_parse(parse);
    free(parse->told);
    free(parse);
}
