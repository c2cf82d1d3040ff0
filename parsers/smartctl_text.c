#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/pcre.h"
#include "parsers/smartctl.h"
#include "parsers/smartctl_lines.h"
#include "parsers/smartctl_page.h"

// Lines that stand around the pages: smartctl's banner, commands, device names alone on a line, clocks.
struct outline {
    struct pattern *banner, *command, *heading, *message, *status, *prompt;
};

struct text_parse {
    struct source *source;
    struct smart_file *file;
    struct smart_reader *reader;
    struct outline outline;
    struct arena *arena;
    const char *device;  // proved for the next page; "" if none
    bool device_stays;   // for all pages to come: a loop over one disk
    bool dated;
    struct when date;    // the last `date` line
    bool other_command;  // what comes may be the exit status of another command than smartctl
    size_t information_sections;
    size_t foreign;  // lines before any page that nothing was taken from
    uint32_t first_foreign;
};

// "smartctl 7.3 2022-02-28 r5338 [x86_64…", "smartctl version 5.38 [i686…", "smartctl pre-7.4 …"
#define BANNER                                                                                                   \
    "^(?:smartctl|smartmontools)(?: version)? (?:pre-)?(\\d{1,2}\\.\\d{1,2})\\S*(?: \\d{4}-\\d\\d-\\d\\d| \\[| " \
    "Copyright)"

static void outline_new(struct outline *outline) {
    outline->banner = pattern_with("smart", BANNER);
    // smartctl behind a prompt, in a loop or traced by the shell; not where a page's own text names it.
    outline->command = pattern_with(
        "smartctl",
        "^(?:.{0,200}[#$%>;&|+][ \\t]*|[ \\t]*|.{0,200}\\bdo[ \\t]+)(?:sudo[ \\t]+(?:-\\S+[ \\t]+)*)?(?:/\\S*/)?"
        "smartctl[ \\t]+(?:-|/dev/)");
    outline->heading = pattern_with("/dev/|sd|hd|vd|nvme",
                                    "(?i)^[ \\t=#*>|\\[:-]*(?:(?:device|disk|drive|dev|smart|smartctl)[ "
                                    "\\t:=#]+)?(/dev/[a-z0-9]+|(?:sd|hd|vd|xvd)[a-z]{1,3}|"
                                    "nvme\\d+(?:n\\d+)?)[ \\t=#*\\]|:-]*$");
    outline->message = pattern_with("/dev/", "^(?:Smartctl open device: )?(/dev/[^\\s:]+)(?: \\[[^\\]]*\\])?[ :]");
}

// What scripts write behind a page: "rc=64", "exit status: 4".
static void outline_new_status(struct outline *outline) {
    outline->status = pattern_with(
        "=|:", "(?i)^[ \\t]*(?:rc|ret|status|exit[ _]?(?:status|code)?)[ \\t]*[=:][ \\t]*(\\d{1,3})[ \\t]*$");
    outline->prompt = pattern_with("#|$", "^[^|]{0,80}[#$][ \\t]+[a-z./]");
}

static void outline_free(struct outline *outline) {
    pattern_free(outline->banner);
    pattern_free(outline->command);
    pattern_free(outline->heading);
    pattern_free(outline->message);
    pattern_free(outline->status);
    pattern_free(outline->prompt);
}

// ── the bid ─────────────────────────────────────────────────────────────────

static int bid_by_rows(struct text head) {
    struct pattern *row = pattern_with(
        "0x|-",
        "(?m)^[ \\t]*\\d{1,3} [A-Z][A-Za-z0-9_-]{3,}[ \\t]+(?:0x[0-9a-f]{4}|[-POSRCK]{6}\\+?)[ \\t]+(?:\\d{3}|---)[ "
        "\\t]+"
        "(?:\\d{3}|---)[ \\t]+(?:\\d{3}|---)[ \\t]+(?:Pre-fail|Old_age|-|NOW|Past)");
    struct pattern *nvme = pattern_with(
        "Critical Warning|Media and Data|Available Spare|Percentage Used",
        "(?m)^(?:Critical Warning|Media and Data Integrity Errors|Available Spare Threshold|Percentage Used):[ \\t]+"
        "(?:0x)?[\\d,]+%?[ \\t\\r]*$");
    struct pattern *refusal = pattern_with(
        "Smartctl open|Unknown USB|Unable to detect|not found",
        "(?m)^(?:Smartctl open device: /dev/|/dev/\\S+: Unknown USB bridge|/dev/\\S+: Unable to detect device type|"
        "[^\\n]{0,40}smartctl: (?:command )?not found)");
    struct text group[1];
    int bid = BID_NONE;
    if (pattern_find(refusal, head, group, 1)) bid = BID_LIKELY + 15;
    if (pattern_find(nvme, head, group, 1)) bid = BID_LIKELY + 20;
    if (pattern_find(row, head, group, 1)) bid = BID_LIKELY + 25;
    pattern_free(row);
    pattern_free(nvme);
    pattern_free(refusal);
    return bid;
}

int smartctl_text_bid(struct text head, bool whole) {
    (void)whole;
    struct text trimmed = text_trim(head);
    if (trimmed.length == 0 || trimmed.at[0] == '{') return BID_NONE;
    struct pattern *banner = pattern_with("smart", "(?m)" BANNER);
    struct pattern *section =
        pattern_with("=== START OF",
                     "(?m)^=== START OF (?:INFORMATION|READ SMART DATA|SMART DATA|OFFLINE IMMEDIATE[^=]*) SECTION ===");
    struct text group[1];
    int bid = bid_by_rows(head);
    bool sure = pattern_find(banner, head, group, 1) || pattern_find(section, head, group, 1);
    pattern_free(banner);
    pattern_free(section);
    if (!sure) return bid;
    // Another tool's log may have a page of ours behind it: who comes first reads the file.
    return group[0].at - head.at < 4096 ? BID_SURE : BID_SURE - 20;
}

// ── between the pages ───────────────────────────────────────────────────────

static void close_page(struct text_parse *parse) {
    smart_file_close(parse->file);
    smart_reader_turn(parse->reader);
    parse->information_sections = 0;
    parse->other_command = false;
}

// An empty page takes what was said before it: the device of the command, the clock of a `date`.
static void dress(struct text_parse *parse, struct smart_page *page, uint32_t number) {
    page->line = number;
    page->device = parse->device;
    page->dated = parse->dated;
    page->clock = parse->date;
}

static bool has_verdict(const struct smart_page *page) {
    for (size_t i = 0; i < page->note_count; i++)
        if (!page->notes[i].is_event && strcmp(page->notes[i].key, "health") == 0) return true;
    return false;
}

// The exit status of the page above, unless another command came between. Only bit 3 says that the disk fails; a
// verdict in the page says it better.
static bool read_status(struct text_parse *parse, struct text line, uint32_t number) {
    struct smart_page *page = smart_file_page(parse->file);
    struct text group[2];
    int64_t status = 0;
    if (smart_page_empty(page) || parse->other_command) return false;
    if (!pattern_match(parse->outline.status, line, group, 2) || !text_integer(group[1], &status)) return false;
    if (status > 255) return false;
    parse->other_command = true;
    smart_page_fact(page, "smartctl.exit_status", group[1], number);
    if ((status & 8) == 0 || has_verdict(page)) return true;
    const char *said = text_copy(page->arena, text_trim(line));
    const char *words =
        arena_printf(page->arena, "%s: %s", said, tr("smartctl's exit status says that the disk fails"));
    smart_page_health(page, "FAILED", text_of(words), number);
    return true;
}

static void begun(struct text_parse *parse) {
    if (!parse->device_stays) parse->device = "";
}

// The device a command asks for: "" when it asks for none or for several.
static const char *commanded(struct text_parse *parse, struct text line) {
    struct text found = {"", 0};
    struct text rest = line;
    for (size_t at = text_find(rest, "/dev/"); at != SIZE_MAX; at = text_find(rest, "/dev/")) {
        rest = text_skip(rest, at);
        struct text name = smart_device(rest);
        bool other = found.length > 0 && (found.length != name.length || memcmp(found.at, name.at, name.length) != 0);
        if (name.length == 0 || other) return "";
        found = name;
        rest = text_skip(rest, 5);
    }
    if (found.length == 0) return "";
    struct text option = rest;
    size_t raid = text_find(line, "megaraid,");
    if (raid == SIZE_MAX) raid = text_find(line, "cciss,");
    if (raid == SIZE_MAX) raid = text_find(line, "3ware,");
    if (raid == SIZE_MAX) raid = text_find(line, "areca,");
    if (raid == SIZE_MAX) return text_copy(parse->arena, found);
    // A member of an array: /dev/sda is the array.
    option = text_skip(line, raid);
    struct text member = text_word(&option);
    return arena_printf(parse->arena, "%s[%s]", text_copy(parse->arena, found),
                        text_copy(parse->arena, text_head(member, 30)));
}

static bool read_command(struct text_parse *parse, struct text line) {
    struct text group[1];
    if (!pattern_match(parse->outline.command, line, group, 1)) return false;
    close_page(parse);
    parse->device = commanded(parse, line);
    parse->device_stays = text_has(line, "while ") || text_has(line, "watch ");
    return true;
}

static bool read_heading(struct text_parse *parse, struct text line) {
    struct text group[2];
    if (line.length > 60 || !pattern_match(parse->outline.heading, line, group, 2)) return false;
    struct text name = smart_device(group[1]);
    if (name.length == 0) return false;
    close_page(parse);
    parse->device = text_copy(parse->arena, name);
    parse->device_stays = false;
    return true;
}

static bool read_date(struct text_parse *parse, struct text line) {
    struct text stamp = text_trim(line);
    while (stamp.length > 0 && strchr("=#-*[ >", stamp.at[0]) != NULL) stamp = text_skip(stamp, 1);
    while (stamp.length > 0 && strchr("=#-*] <:", stamp.at[stamp.length - 1]) != NULL) stamp.length--;
    struct when clock;
    if (stamp.length < 10 || stamp.length > 60 || !smart_clock(stamp, &clock)) return false;
    close_page(parse);
    parse->dated = true;
    parse->date = clock;
    return true;
}

static bool read_banner(struct text_parse *parse, struct text line, uint32_t number) {
    struct text group[2];
    if (!pattern_match(parse->outline.banner, line, group, 2)) return false;
    close_page(parse);
    struct smart_page *page = smart_file_page(parse->file);
    dress(parse, page, number);
    begun(parse);
    page->banner = true;
    struct source *source = parse->source;
    if (source->tool_version[0] == '\0') source->tool_version = text_copy(source->arena_, group[1]);
    return true;
}

// Files whose banners were cut off or filtered out: the next page begins where something comes a second time.
static bool begins_unannounced(struct text_parse *parse, struct text line) {
    struct smart_page *page = smart_file_page(parse->file);
    if (text_starts(line, "=== START OF INFORMATION SECTION"))
        return parse->information_sections++ > 0 || (!page->banner && !smart_page_empty(page));
    return !page->banner && smart_reader_repeats(parse->reader, page, line);
}

static void name_by_message(struct text_parse *parse, struct text line) {
    struct smart_page *page = smart_file_page(parse->file);
    struct text group[2];
    if (!page->refused || page->device[0] != '\0' || !pattern_match(parse->outline.message, line, group, 2)) return;
    page->device = text_copy(page->arena, smart_device(group[1]));
}

// ── all lines ───────────────────────────────────────────────────────────────

static void note_foreign(struct text_parse *parse, struct text line, uint32_t number) {
    if (text_trim(line).length == 0) return;
    if (parse->foreign++ == 0) parse->first_foreign = number;
}

static void read_line(struct text_parse *parse, struct text line, uint32_t number) {
    if (read_banner(parse, line, number) || read_command(parse, line) || read_heading(parse, line) ||
        read_date(parse, line) || read_status(parse, line, number))
        return;
    struct text group[1];
    if (pattern_match(parse->outline.prompt, line, group, 1)) parse->other_command = true;
    struct smart_page *page = smart_file_page(parse->file);
    bool refused_again = page->refused && !page->banner && smart_refusal(line) != NULL;
    if (refused_again || begins_unannounced(parse, line)) close_page(parse);
    page = smart_file_page(parse->file);
    bool was_empty = smart_page_empty(page);
    if (was_empty) dress(parse, page, number);
    smart_reader_line(parse->reader, page, line, number);
    name_by_message(parse, line);
    if (smart_page_empty(page))
        note_foreign(parse, line, number);
    else if (was_empty)
        begun(parse);
}

static void close_parse(struct text_parse *parse) {
    struct source *source = parse->source;
    smart_file_finish(parse->file);
    if (parse->foreign > 0) {
        source->skipped_lines += parse->foreign;
        source_problem(source, parse->first_foreign, SEVERITY_INFO,
                       tr("%zu lines outside smartctl's pages were not used"), parse->foreign);
    }
    if (source->reports == 0) {
        source->refused = true;
        source_problem(source, 0, SEVERITY_WARNING, tr("no page of smartctl is left in this file"));
    }
    smart_reader_free(parse->reader);
    outline_free(&parse->outline);
    arena_free(parse->arena);
    source_finish(source);
}

void smartctl_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct text_parse parse = {.source = source,
                               .file = smart_file_new(source),
                               .reader = smart_reader_new(source),
                               .arena = arena_new(),
                               .device = ""};
    outline_new(&parse.outline);
    outline_new_status(&parse.outline);
    struct text line;
    while (lines_next(lines, &line)) read_line(&parse, line, lines_number(lines));
    close_parse(&parse);
}
