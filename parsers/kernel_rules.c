#include "parsers/kernel_rules.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "parsers/pcre.h"

// What a rule's named groups become.
enum entity_form {
    FORM_PLAIN,  // as printed: a PCI bus id, a server
    FORM_DISK,   // the disk of a partition: sda1 → sda, nvme0n1p2 → nvme0n1
    FORM_NONE,
};

struct rule {
    const char *needle;  // a word that every such line has: looked for first
    const char *regex;   // groups: (?<e>entity) (?<v>value), both optional
    enum event_kind kind;
    enum entity_form form;
    const char *entity;  // where the line names none
};

#define BUS "[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(?:\\.[0-9a-fA-F])?"
#define PATH_FAILED                                                                                            \
    "(?:DID_(?:NO_CONNECT|BUS_BUSY|TIME_OUT|BAD_TARGET|ABORT|PARITY|RESET|SOFT_ERROR|REQUEUE|TRANSPORT_\\w+)|" \
    "0x0[1-6]|0x08|0x0[bdef])"
#define DEV "(?<e>[a-z][a-z0-9/_-]{1,30})"

// The first rule that matches takes the line.
static const struct rule rules_table[] = {
    // NVIDIA. Bus ids are printed with and without "PCI:", domain and function digit.
    {"SXid", "SXid \\((?:PCI:)?(?<e>[0-9a-fA-F:.]+)\\): (?<v>\\d+)", EVENT_GPU_ERROR, FORM_PLAIN, ""},
    {"Xid", "NVRM: (?:[^()]{0,60}: )?Xid \\((?:PCI:)?(?<e>[0-9a-fA-F:.]+)(?: GPU-I:\\d+)?\\): (?<v>\\d+)", EVENT_XID,
     FORM_PLAIN, ""},
    {"fallen off the bus", "NVRM: GPU (?:at )?(?:PCI:)?(?<e>" BUS "): GPU has fallen off the bus", EVENT_GPU_LOST,
     FORM_PLAIN, ""},
    {"fallen off the bus", "NVRM: .*fallen off the bus", EVENT_GPU_LOST, FORM_NONE, ""},
    {"RmInitAdapter", "NVRM: (?:GPU )?(?:(?<e>" BUS "): )?RmInitAdapter failed", EVENT_GPU_ERROR, FORM_PLAIN, ""},
    {"rm_init_adapter", "NVRM: (?:GPU )?(?:(?<e>" BUS "): )?rm_init_adapter failed", EVENT_GPU_ERROR, FORM_PLAIN, ""},
    // Block layer: five wordings of one event.
    {" error, dev ",
     "(?:I/O|critical [a-z ]{3,30}|timeout|recoverable transport|protection|device resource|zone resource|"
     "operation not supported|invalid|remote I/O|disk resource) error, dev " DEV ", sector \\d+",
     EVENT_IO_ERROR, FORM_DISK, ""},
    {"Buffer I/O error", "Buffer I/O error on (?:dev|device) " DEV ", logical block", EVENT_IO_ERROR, FORM_DISK, ""},
    {"lost async page write", "Buffer I/O error on dev " DEV ",", EVENT_IO_ERROR, FORM_DISK, ""},
    // The command never came to the disk, or its answer never came back: cable, expander, adapter (scsi_status.h).
    {"Result: ",
     "^sd [\\d:]+ \\[(?<e>sd[a-z]+)\\] .*(?:FAILED|UNKNOWN\\([^)]*\\)) Result: hostbyte=" PATH_FAILED
     "\\b(?:.* cmd_age=(?<v>\\d+)s)?",
     EVENT_LINK_RESET, FORM_DISK, ""},
    {"Result: ", "^sd [\\d:]+ \\[(?<e>sd[a-z]+)\\] .*(?:FAILED|UNKNOWN\\([^)]*\\)) Result:", EVENT_IO_ERROR, FORM_DISK,
     ""},
    {"Sense Key", "^sd [\\d:]+ \\[(?<e>sd[a-z]+)\\] .*Sense Key ?: ?(?:Medium Error|Hardware Error)", EVENT_IO_ERROR,
     FORM_DISK, ""},
    {"Sense Key", "^sd [\\d:]+ \\[(?<e>sd[a-z]+)\\] .*Sense Key ?: ?Aborted Command", EVENT_LINK_RESET, FORM_DISK, ""},
    {"offline device", "^sd [\\d:]+ \\[(?<e>sd[a-z]+)\\] .*rejecting I/O to offline device", EVENT_IO_ERROR, FORM_DISK,
     ""},
    {"I/O Error (sct", "(?<e>nvme\\d+(?:n\\d+)?): .*I/O Error \\(sct", EVENT_IO_ERROR, FORM_DISK, ""},
    {"read error corrected", "md/raid\\S*: ?read error corrected \\(\\d+ sectors at \\d+ on (?<e>[a-z0-9-]+)\\)",
     EVENT_IO_ERROR, FORM_DISK, ""},
    {"Disk failure on", "md/raid\\S*: ?Disk failure on (?<e>[a-z0-9-]+), disabling", EVENT_IO_ERROR, FORM_DISK, ""},
    {"task abort", "^(?:sd|scsi) [\\d:]+ (?:\\[(?<e>sd[a-z]+)\\] )?.*task abort", EVENT_LINK_RESET, FORM_DISK, ""},
    {"device reset occurred", "^sd [\\d:]+ (?:\\[(?<e>sd[a-z]+)\\] )?.*device reset occurred", EVENT_LINK_RESET,
     FORM_DISK, ""},
    // NVMe. "completion polled" is a lost interrupt: the disk had answered.
    {"completion polled", "^nvme (?<e>nvme\\d+): I/O .*timeout, completion polled", EVENT_NOTE, FORM_PLAIN, ""},
    {" timeout, ", "^nvme (?<e>nvme\\d+): I/O .*timeout, (?:aborting|reset|disable)", EVENT_LINK_RESET, FORM_PLAIN, ""},
    {"nvme",
     "^nvme (?<e>nvme\\d+): (?:controller is down|Device not ready|Device shutdown incomplete|Removing after probe "
     "failure|"
     "Disabling device after reset|resetting controller|frozen state error|controller reset)",
     EVENT_LINK_RESET, FORM_PLAIN, ""},
    // File systems.
    {"EXT", "^EXT[234]-fs error \\(device " DEV "\\)", EVENT_FS_ERROR, FORM_DISK, ""},
    {"I/O error", "^EXT[234]-fs warning \\(device " DEV "\\): .*I/O error", EVENT_IO_ERROR, FORM_DISK, ""},
    {"Remounting filesystem read-only", "(?:\\(" DEV "\\):? )?Remounting filesystem read-only", EVENT_FS_ERROR,
     FORM_DISK, ""},
    {"Aborting journal", "Aborting journal on device (?<e>[a-z0-9]+(?:-\\d+(?=-))?)", EVENT_FS_ERROR, FORM_DISK, ""},
    {"JBD2: ", "JBD2: .*(?:rror -?\\d+|I/O error).* (?:on|device) " DEV, EVENT_FS_ERROR, FORM_DISK, ""},
    {"XFS (",
     "^XFS \\(" DEV
     "\\): (?:Metadata (?:CRC error|corruption)|metadata I/O error|log I/O error|xfs_do_force_shutdown|.*Corruption|"
     ".*hutting down|.*has been shut down|writeback error)",
     EVENT_FS_ERROR, FORM_DISK, ""},
    {"errs: wr", "^BTRFS(?: \\w+)?(?: \\(device [^)]*\\))?: .*bdev +/dev/" DEV " errs:", EVENT_FS_ERROR, FORM_DISK, ""},
    {"read error corrected", "^BTRFS .*read error corrected: .*\\(dev /dev/" DEV " sector", EVENT_IO_ERROR, FORM_DISK,
     ""},
    {"BTRFS", "^BTRFS:? (?:error|critical)(?: \\(device " DEV "[^)]*\\))?", EVENT_FS_ERROR, FORM_DISK, ""},
    // Memory. The line with "invoked oom-killer" names the asker, these name the victim.
    {"rocess ", "(?:Out of memory|[Mm]emory cgroup out of memory): Kill(?:ed)? process (?<v>\\d+)", EVENT_OOM_KILL,
     FORM_NONE, "host"},
    {"Killed process", "Killed process (?<v>\\d+)(?:, UID \\d+,)? \\(", EVENT_OOM_KILL, FORM_NONE, "host"},
    // PCIe. One of the three or four lines of an error.
    // Since Linux 6.9 the words end in -able.
    {"severity=Correct", "(?<e>" BUS "): .*PCIe Bus Error: severity=Correct(?:ed|able)", EVENT_PCIE_ERROR, FORM_PLAIN,
     ""},
    {"severity=Uncorrect", "(?<e>" BUS "): .*PCIe Bus Error: severity=Uncorrect", EVENT_PCIE_ERROR, FORM_PLAIN, ""},
    // The CPU: one line per CPU for one event.
    // A pager cuts it anywhere: a number is whole with the bracket behind it.
    {"temperature",
     "CPU\\d+: (?:Package|Core)? ?temperature (?:is )?above threshold(?:, .*total events = (?<v>\\d+)\\))?",
     EVENT_THERMAL, FORM_NONE, "cpu"},
    {"critical temperature", "thermal .*critical temperature reached", EVENT_THERMAL, FORM_NONE, "cpu"},
    {"blocked for more than", "task (?<t>\\S+) blocked for more than (?<v>\\d+) seconds", EVENT_HUNG_TASK, FORM_NONE,
     ""},
    // Network file systems.
    {"has not responded", "CIFS: .*\\\\\\\\(?<e>\\S+) has not responded", EVENT_NFS_TIMEOUT, FORM_PLAIN, ""},
    // Others worth a line.
    {"USB disconnect", "^usb [\\d.-]+: USB disconnect", EVENT_NOTE, FORM_NONE, ""},
    // What was corrected and what was not are rows of their own: they are no one flood.
    {"ardware Error]", "\\[Hardware Error\\]: Uncorrected", EVENT_NOTE, FORM_NONE, ""},
    {"ardware Error]", "\\[Hardware Error\\]: Corrected ", EVENT_NOTE, FORM_NONE, ""},
    {"Machine Check", "\\[Hardware Error\\]: CPU \\d+: Machine Check(?: Exception)?: [0-9a-f]+ Bank \\d+", EVENT_NOTE,
     FORM_NONE, ""},
    {"EDAC", "^EDAC \\S+: \\d+ UE ", EVENT_NOTE, FORM_NONE, ""},
    {"EDAC", "^EDAC \\S+: \\d+ CE ", EVENT_NOTE, FORM_NONE, ""},
    {"Kernel panic", "^Kernel panic - not syncing", EVENT_NOTE, FORM_NONE, ""},
};

enum {
    RULES = sizeof rules_table / sizeof *rules_table,
    ROWS_MOST = 20000,
    SERVERS_MOST = 64,
    FACTS_MOST = 1000,
    CONTROLLERS_MOST = 64
};

// A value that smartd printed.
struct smartd_row {
    struct kernel_moment at;
    uint32_t line;
    const char *disk, *quantity;
    double value;
};

// A server that does not answer at the moment.
struct silence {
    const char *server;
    struct kernel_moment since;
    size_t event;
    bool open;
};

// The last process that was killed for memory, or is about to be.
struct victim {
    struct kernel_moment at;
    uint32_t line;
    double process;
    bool announced;
    size_t event;  // SIZE_MAX: none
};

// A failed command whose next line, the sense key, may lay it to the path.
struct failed_command {
    bool open;
    struct kernel_report report;  // its texts lie below
    char disk[32], text[300];
};

// "NVRM: The NVIDIA GPU 0000:b3:00.0" begins a message of three lines, of which the last tells what happened to it.
struct named_gpu {
    uint32_t line;  // 0: none
    char bus[24];
    size_t length;
};

struct kernel_rules {
    struct kernel_events *events;
    const struct kernel_ata *ata;
    struct source *source;
    struct arena *arena;
    struct pattern *any, *patterns[RULES], *nfs, *gpu, *named_gpu, *smartd;
    size_t entity_group[RULES], value_group[RULES];
    struct smartd_row *rows;
    size_t row_count, row_capacity;
    struct silence silences[SERVERS_MOST];
    size_t silence_count;
    int namespaces[CONTROLLERS_MOST];  // of nvmeN: its number, 0 none seen, -1 several
    struct failed_command failed;
    struct victim victim;
    struct named_gpu named;
};

struct kernel_rules *kernel_rules_new(struct kernel_events *events, const struct kernel_ata *ata,
                                      struct source *source) {
    struct arena *arena = arena_new();
    struct kernel_rules *rules = arena_alloc(arena, sizeof *rules);
    rules->arena = arena;
    rules->events = events;
    rules->ata = ata;
    rules->source = source;
    rules->victim.event = SIZE_MAX;
    // One look at a line tells whether any rule can want it.
    rules->any = pattern_new(
        "Xid|fallen off|RmInit|rm_init| error, dev |I/O [Ee]rror|Result: hostbyte|Sense Key|offline device|read error "
        "corrected|"
        "Disk failure|task abort|reset occurred| timeout, |nvme nvme|EXT[234]-fs (?:err|warn)|read-only|Aborting "
        "journal|JBD2|"
        "XFS \\(|BTRFS|rocess \\d|severity=|temperature|blocked for|respond|USB disc|Hardware Error\\]|EDAC|Kernel "
        "panic|"
        "nfs|GPU at |The NVIDIA GPU|lost async");
    rules->nfs = pattern_with("server", "^(?:nfs4?|NFS): server (\\S+) (not responding|OK)");
    rules->gpu = pattern_with("GPU at", "NVRM: GPU at (?:PCI:)?(" BUS "): (GPU-[0-9a-f-]+)");
    rules->named_gpu = pattern_with("The NVIDIA GPU", "^NVRM: The NVIDIA GPU (?:PCI:)?(" BUS ")");
    rules->smartd = pattern_with("Device: /dev/", "^Device: /dev/([a-z0-9]+)(?: \\[[^\\]]*\\])?[,:] (.*)$");
    return rules;
}

void kernel_rules_free(struct kernel_rules *rules) {
    if (rules == NULL) return;
    for (size_t i = 0; i < RULES; i++) pattern_free(rules->patterns[i]);
    pattern_free(rules->any);
    pattern_free(rules->nfs);
    pattern_free(rules->gpu);
    pattern_free(rules->named_gpu);
    pattern_free(rules->smartd);
    free(rules->rows);
    arena_free(rules->arena);
}

// "sda1" → "sda", "nvme0n1p3" → "nvme0n1", "md127p1" → "md127"; names of other kinds stay.
static struct text whole_disk(struct text name) {
    size_t end = name.length;
    while (end > 0 && name.at[end - 1] >= '0' && name.at[end - 1] <= '9') end--;
    if (end == name.length || end == 0) return name;
    bool lettered =
        text_starts(name, "sd") || text_starts(name, "hd") || text_starts(name, "vd") || text_starts(name, "xvd");
    if (lettered) return text_head(name, end);
    bool numbered = text_starts(name, "nvme") || text_starts(name, "mmcblk") || text_starts(name, "md");
    bool partition = end > 1 && name.at[end - 1] == 'p' && name.at[end - 2] >= '0' && name.at[end - 2] <= '9';
    return numbered && partition ? text_head(name, end - 1) : name;
}

static struct text part(const struct text *group, size_t index) {
    return index > 0 && group[index].at != NULL ? group[index] : (struct text){"", 0};
}

static double number(struct text text) {
    int64_t value = 0;
    return text_integer(text, &value) ? (double)value : NAN;
}

// Until Linux 4.20 "Kill process 2512 (python) score 496 or sacrifice child" announced what "Killed process 2513
// (python) …, anon-rss:…" then did: one victim, and the second line names it.
static void add_victim(struct kernel_rules *rules, const struct kernel_report *event) {
    struct victim *victim = &rules->victim;
    double gap = kernel_clock_gap(&victim->at, &event->at);
    bool near = victim->event != SIZE_MAX && event->line - victim->line < 10 && !(fabs(gap) > 10);
    bool done = text_has(event->text, "Killed process");
    if (near && done && (victim->announced || victim->process == event->value)) {
        if (victim->announced) kernel_events_retell(rules->events, victim->event, event->text, event->value);
        victim->announced = false;
        victim->process = event->value;
        return;
    }
    *victim = (struct victim){.at = event->at,
                              .line = event->line,
                              .process = event->value,
                              .announced = !done,
                              .event = kernel_events_add(rules->events, event)};
}

static void close_failed(struct kernel_rules *rules) {
    if (rules->failed.open) kernel_events_add(rules->events, &rules->failed.report);
    rules->failed.open = false;
}

static struct text kept(char *out, size_t size, struct text text) {
    text = text_head(text, size);
    memcpy(out, text.at, text.length);
    return (struct text){out, text.length};
}

static void open_failed(struct kernel_rules *rules, const struct kernel_report *event) {
    struct failed_command *failed = &rules->failed;
    failed->open = true;
    failed->report = *event;
    failed->report.entity = kept(failed->disk, sizeof failed->disk, event->entity);
    failed->report.text = kept(failed->text, sizeof failed->text, event->text);
}

// "FAILED Result: hostbyte=DID_OK" says only that a command failed; "Sense Key : Aborted Command" behind it that
// the transfer did (a CRC error, a cable), "Medium Error" that the disk did.
static bool weigh_failed(struct kernel_rules *rules, const struct kernel_report *event) {
    struct failed_command *failed = &rules->failed;
    if (event->kind == EVENT_IO_ERROR && text_has(event->text, "Result: hostbyte=")) {
        close_failed(rules);
        open_failed(rules, event);
        return true;
    }
    bool same =
        event->entity.length == failed->report.entity.length && text_has_text(event->entity, failed->report.entity);
    if (failed->open && same && text_has(event->text, "Aborted Command")) failed->report.kind = EVENT_LINK_RESET;
    close_failed(rules);
    return false;
}

static void name_gpu(struct named_gpu *named, struct text bus, uint32_t line) {
    named->length = kept(named->bus, sizeof named->bus, bus).length;
    named->line = line;
}

static struct text named_before(const struct named_gpu *named, uint32_t line) {
    if (named->line == 0 || line < named->line || line - named->line > 2) return (struct text){"", 0};
    return (struct text){named->bus, named->length};
}

static void report(struct kernel_rules *rules, size_t index, const struct text *group, struct text text,
                   const struct kernel_moment *at, uint32_t line) {
    const struct rule *rule = &rules_table[index];
    struct text entity = part(group, rules->entity_group[index]);
    if (rule->form == FORM_DISK) entity = whole_disk(entity);
    if (entity.length == 0 && rule->form == FORM_DISK) entity = text_of(kernel_ata_disk(rules->ata, text));
    if (entity.length == 0 && rule->kind == EVENT_GPU_LOST) entity = named_before(&rules->named, line);
    if (entity.length == 0) entity = text_of(rule->entity);
    struct kernel_report event = {.at = *at, .line = line, .kind = rule->kind, .entity = entity, .text = text};
    event.value = number(part(group, rules->value_group[index]));
    if (rule->kind == EVENT_PCIE_ERROR) event.value = text_has(text, "severity=Correct") ? 1 : 2;
    if (rule->kind == EVENT_OOM_KILL) {
        event.code = (int)line;  // each victim counts
        add_victim(rules, &event);
        return;
    }
    bool coded = rule->kind == EVENT_XID || rule->kind == EVENT_GPU_ERROR || rule->kind == EVENT_PCIE_ERROR;
    if (coded && !isnan(event.value)) event.code = (int)fmin(event.value, INT_MAX);
    // Each unplugging explains the errors behind it.
    if (rule->kind == EVENT_NOTE) event.code = text_has(text, "USB disconnect") ? (int)line : (int)index;
    // That the disk was given up is told beside the timeouts that led there.
    if (text_has(text, "Removing after probe failure") || text_has(text, "Disabling device after reset"))
        event.code = (int)index + 1;
    if (weigh_failed(rules, &event)) return;
    kernel_events_add(rules->events, &event);
}

static struct silence *silence_of(struct kernel_rules *rules, struct text server) {
    for (size_t i = 0; i < rules->silence_count; i++)
        if (text_equal(server, rules->silences[i].server)) return &rules->silences[i];
    if (rules->silence_count == SERVERS_MOST) return NULL;
    struct silence *silence = &rules->silences[rules->silence_count++];
    silence->server = text_copy(rules->arena, text_head(server, 200));
    return silence;
}

// A silence is one event; its value is its length once the server answers.
static void read_nfs(struct kernel_rules *rules, const struct text *group, struct text text,
                     const struct kernel_moment *at, uint32_t line) {
    struct silence *silence = silence_of(rules, group[1]);
    if (silence == NULL) return;
    bool answers = text_equal(group[2], "OK");
    if (answers && silence->open) {
        kernel_events_value(rules->events, silence->event, kernel_clock_gap(&silence->since, at));
        silence->open = false;
        return;
    }
    struct kernel_report event = {.at = *at,
                                  .line = line,
                                  .kind = answers ? EVENT_NOTE : EVENT_NFS_TIMEOUT,
                                  .entity = group[1],
                                  .text = text,
                                  .value = NAN,
                                  .code = answers ? 0 : (int)line};
    if (answers) {
        kernel_events_add(rules->events, &event);
        return;
    }
    if (silence->open) return;
    silence->since = *at;
    silence->open = true;
    silence->event = kernel_events_add(rules->events, &event);
}

// Compiled when the first line has the rule's word: most logs need a handful.
static bool rule_matches(struct kernel_rules *rules, size_t index, struct text text, struct text *group, size_t count) {
    if (!text_has(text, rules_table[index].needle)) return false;
    if (rules->patterns[index] == NULL) {
        rules->patterns[index] = pattern_new(rules_table[index].regex);
        rules->entity_group[index] = pattern_group(rules->patterns[index], "e");
        rules->value_group[index] = pattern_group(rules->patterns[index], "v");
    }
    return pattern_match(rules->patterns[index], text, group, count);
}

// "nvme0n1" anywhere in a line: the controller's timeouts are that disk's.
static void learn_namespace(struct kernel_rules *rules, struct text text) {
    size_t found = text_find(text, "nvme");
    if (found == SIZE_MAX) return;
    struct text rest = text_skip(text, found + 4);
    size_t digits = 0;
    int controller = 0;
    for (; digits < rest.length && digits < 3 && rest.at[digits] >= '0' && rest.at[digits] <= '9'; digits++)
        controller = controller * 10 + (rest.at[digits] - '0');
    if (digits == 0 || digits + 1 >= rest.length || rest.at[digits] != 'n' || controller >= CONTROLLERS_MOST) return;
    int space = rest.at[digits + 1] - '0';
    if (space < 1 || space > 9) return;
    int *known = &rules->namespaces[controller];
    *known = *known == 0 || *known == space ? space : -1;
}

void kernel_rules_finish(struct kernel_rules *rules) {
    close_failed(rules);
    for (int i = 0; i < CONTROLLERS_MOST; i++) {
        char from[16], to[24];
        if (rules->namespaces[i] < 1) continue;
        snprintf(from, sizeof from, "nvme%d", i);
        snprintf(to, sizeof to, "nvme%dn%d", i, rules->namespaces[i]);
        kernel_events_rename(rules->events, from, to);
    }
}

bool kernel_rules_line(struct kernel_rules *rules, struct text text, const struct kernel_moment *at, uint32_t line) {
    struct text group[8];
    learn_namespace(rules, text);
    if (!pattern_match(rules->any, text, group, 1)) return false;
    if (pattern_match(rules->nfs, text, group, 3)) {
        read_nfs(rules, group, text, at, line);
        return true;
    }
    if (pattern_match(rules->gpu, text, group, 3)) {
        if (rules->source->fact_count < FACTS_MOST) source_fact(rules->source, group[1], "uuid", group[2], line);
        return true;
    }
    if (pattern_match(rules->named_gpu, text, group, 2)) name_gpu(&rules->named, group[1], line);
    for (size_t i = 0; i < RULES; i++) {
        if (!rule_matches(rules, i, text, group, 8)) continue;
        report(rules, i, group, text, at, line);
        return true;
    }
    return false;
}

// ── smartd ──────────────────────────────────────────────────────────────────

static void add_row(struct kernel_rules *rules, struct text disk, const char *quantity, double value,
                    const struct kernel_moment *at, uint32_t line) {
    if (rules->row_count == ROWS_MOST || isnan(value)) return;
    rules->rows = grow_array(rules->rows, &rules->row_capacity, rules->row_count + 1, sizeof *rules->rows);
    rules->rows[rules->row_count++] = (struct smartd_row){
        .at = *at, .line = line, .disk = text_copy(rules->arena, disk), .quantity = quantity, .value = value};
}

bool kernel_rules_smartd(struct kernel_rules *rules, struct text text, const struct kernel_moment *at, uint32_t line) {
    struct text group[3];
    if (!pattern_match(rules->smartd, text, group, 3)) return false;
    struct text disk = whole_disk(group[1]);
    struct text said = group[2];
    struct text rest = said;
    double count = number(text_word(&rest));
    struct kernel_report event = {
        .at = *at, .line = line, .kind = EVENT_NOTE, .entity = disk, .text = text, .value = NAN};
    if (text_has(said, "Currently unreadable (pending) sectors")) {
        event.code = 1;
        add_row(rules, disk, "Current_Pending_Sector", text_starts(said, "No more") ? 0 : count, at, line);
    } else if (text_has(said, "Offline uncorrectable sectors")) {
        event.code = 2;
        add_row(rules, disk, "Offline_Uncorrectable", text_starts(said, "No more") ? 0 : count, at, line);
    } else if (text_has(said, "FAILED SMART self-check") || text_has(said, "FAILURE PREDICTION") ||
               text_has(said, "Failed SMART")) {
        event.kind = EVENT_SMART_FAILED;
    } else if (text_has(said, "ATA error count increased") || text_has(said, "Self-Test Log error count increased") ||
               (text_has(said, "SMART Prefailure Attribute") && text_has(said, "Reallocated"))) {
        event.code = 3;
    } else if (text_has(said, "unable to open") || text_has(said, "failed to read SMART") ||
               text_has(said, "not capable of SMART self-check")) {
        event.kind = EVENT_SMART_UNREADABLE;
    } else {
        return false;
    }
    kernel_events_add(rules->events, &event);
    return true;
}

void kernel_rules_write(const struct kernel_rules *rules, const struct kernel_clock *clock, struct source *source) {
    for (size_t i = 0; i < rules->row_count; i++) {
        const struct smartd_row *row = &rules->rows[i];
        millis time = kernel_clock_time(clock, &row->at);
        // A row needs a time of the source's clock.
        if (time == MILLIS_NONE) continue;
        struct table *table = source_table(source, text_of(row->disk), ENTITY_DISK);
        size_t at = table_row(table, time, 0, row->line);
        table_set(table, at, table_column(source, table, row->quantity, UNIT_NONE, SERIES_COUNTER), row->value);
    }
}
