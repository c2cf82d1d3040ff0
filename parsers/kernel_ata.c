#include "parsers/kernel_ata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/pcre.h"

enum { PORTS_MOST = 256, SCSI_MOST = 512, QUIET_SECONDS = 120 };

struct incident {
    bool open;
    struct kernel_moment first, last;
    uint32_t line;
    char begun[200];  // the line that opened it
    char command[40];
    char reason[40];  // "media error", "timeout", "ATA bus error" …
    char error[60];   // "UNC", "ICRC ABRT"
    unsigned failed, resets;
    bool link, lost, speed;
};

struct port {
    unsigned number;
    char model[17];  // SCSI keeps 16 letters of it
    char disk[8];    // proved by a line of the disk's inside an incident
    struct incident incident;
};

struct scsi {
    unsigned host, channel, target;
    char model[17];
    char disk[8];
    bool several;  // units of one target, or disks one after the other
};

struct unnamed {
    size_t event, port;
};

struct kernel_ata {
    struct kernel_events *events;
    struct pattern *line, *identity, *attached, *named, *address, *reason;
    struct port *ports;
    size_t port_count, port_capacity;
    struct scsi *scsi;
    size_t scsi_count, scsi_capacity;
    size_t recent;            // port of the last line
    struct unnamed *unnamed;  // incidents whose disk was not known when they ended
    size_t unnamed_count, unnamed_capacity;
};

struct kernel_ata *kernel_ata_new(struct kernel_events *events) {
    struct kernel_ata *ata = calloc(1, sizeof *ata);
    if (ata == NULL) abort();
    ata->events = events;
    ata->line = pattern_with("ata", "^ata(\\d{1,4})(?:\\.\\d\\d)?: (.*)$");
    ata->identity = pattern_with("ATA-", "^ATA-\\d+: ([^,]+),");
    ata->attached = pattern_with("Direct-Access",
                                 "^scsi (\\d+):(\\d+):(\\d+):\\d+: Direct-Access +(?:ATA +)?(\\S.{0,40}?) {2,}|"
                                 "^scsi (\\d+):(\\d+):(\\d+):\\d+: Direct-Access +ATA +(.{16})");
    ata->named = pattern_with("sd ", "^sd (\\d+):(\\d+):(\\d+):\\d+: \\[(sd[a-z]+)\\]");
    ata->address = pattern_new("^(?:sd|scsi) (\\d+):(\\d+):(\\d+):\\d+: ");
    ata->reason = pattern_with("Emask", "Emask 0x[0-9a-f]+ \\(([^)]{1,38})\\)");
    return ata;
}

void kernel_ata_free(struct kernel_ata *ata) {
    if (ata == NULL) return;
    struct pattern *const all[] = {ata->line, ata->identity, ata->attached, ata->named, ata->address, ata->reason};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) pattern_free(all[i]);
    free(ata->ports);
    free(ata->scsi);
    free(ata->unnamed);
    free(ata);
}

static void keep(char *out, size_t size, struct text text) {
    snprintf(out, size, "%.*s", (int)(text.length < size ? text.length : size - 1), text.at);
}

static unsigned number_of(struct text text) {
    int64_t value = 0;
    return text_integer(text, &value) && value >= 0 && value < 100000 ? (unsigned)value : 0;
}

static struct port *port_of(struct kernel_ata *ata, unsigned number) {
    for (size_t i = 0; i < ata->port_count; i++)
        if (ata->ports[i].number == number) return &ata->ports[i];
    if (ata->port_count == PORTS_MOST) return NULL;
    ata->ports = grow_array(ata->ports, &ata->port_capacity, ata->port_count + 1, sizeof *ata->ports);
    ata->ports[ata->port_count] = (struct port){.number = number};
    return &ata->ports[ata->port_count++];
}

// ── which disk ──────────────────────────────────────────────────────────────

static struct scsi *scsi_of(struct kernel_ata *ata, const struct text *address) {
    unsigned host = number_of(address[0]), channel = number_of(address[1]), target = number_of(address[2]);
    for (size_t i = 0; i < ata->scsi_count; i++) {
        struct scsi *scsi = &ata->scsi[i];
        if (scsi->host == host && scsi->channel == channel && scsi->target == target) return scsi;
    }
    if (ata->scsi_count == SCSI_MOST) return NULL;
    ata->scsi = grow_array(ata->scsi, &ata->scsi_capacity, ata->scsi_count + 1, sizeof *ata->scsi);
    ata->scsi[ata->scsi_count] = (struct scsi){.host = host, .channel = channel, .target = target};
    return &ata->scsi[ata->scsi_count++];
}

// A disk that complains while exactly one port has an incident is the disk at that port.
static void tie_to_incident(struct kernel_ata *ata, const char *disk) {
    struct port *only = NULL;
    for (size_t i = 0; i < ata->port_count; i++) {
        if (!ata->ports[i].incident.open) continue;
        if (only != NULL) return;
        only = &ata->ports[i];
    }
    if (only != NULL && only->disk[0] == '\0') snprintf(only->disk, sizeof only->disk, "%s", disk);
}

void kernel_ata_scsi(struct kernel_ata *ata, struct text text) {
    struct text group[9];
    if (pattern_match(ata->named, text, group, 5)) {
        struct scsi *scsi = scsi_of(ata, group + 1);
        if (scsi == NULL) return;
        if (scsi->disk[0] != '\0' && !text_equal(group[4], scsi->disk)) scsi->several = true;
        keep(scsi->disk, sizeof scsi->disk, group[4]);
        if (text_has(text, "FAILED Result") || text_has(text, "Sense Key")) tie_to_incident(ata, scsi->disk);
    } else if (pattern_match(ata->attached, text, group, 9)) {
        const struct text *address = group[1].at != NULL ? group + 1 : group + 5;
        struct scsi *scsi = scsi_of(ata, address);
        if (scsi != NULL) keep(scsi->model, sizeof scsi->model, text_trim(text_head(address[3], 16)));
    }
}

const char *kernel_ata_disk(const struct kernel_ata *ata, struct text text) {
    struct text group[4];
    if (!pattern_match(ata->address, text, group, 4)) return "";
    for (size_t i = 0; i < ata->scsi_count; i++) {
        const struct scsi *scsi = &ata->scsi[i];
        if (scsi->host == number_of(group[1]) && scsi->channel == number_of(group[2]) &&
            scsi->target == number_of(group[3]))
            return scsi->several ? "" : scsi->disk;
    }
    return "";
}

static bool same_model(const struct port *port, const struct scsi *scsi) {
    return port->model[0] != '\0' && strcmp(port->model, scsi->model) == 0;
}

// The name of the disk at a port. ataN is not sdX: N-1 is the SCSI host often, not always, so a
// model that differs forbids it, and a model that only one disk has proves another.
static const char *disk_at(const struct kernel_ata *ata, const struct port *port) {
    if (port->disk[0] != '\0') return port->disk;
    const struct scsi *by_model = NULL;
    const struct scsi *by_host = NULL;
    size_t of_model = 0;
    for (size_t i = 0; i < ata->scsi_count; i++) {
        const struct scsi *scsi = &ata->scsi[i];
        if (scsi->disk[0] == '\0') continue;
        if (scsi->host + 1 == port->number && scsi->target == 0) by_host = scsi;
        if (same_model(port, scsi)) {
            by_model = scsi;
            of_model++;
        }
    }
    if (by_host != NULL && same_model(port, by_host)) return by_host->disk;
    if (of_model == 1) return by_model->disk;
    bool unknown = port->model[0] == '\0' || (by_host != NULL && by_host->model[0] == '\0');
    return by_host != NULL && unknown && of_model == 0 ? by_host->disk : NULL;
}

// ── incidents ───────────────────────────────────────────────────────────────

static const char *sentence(struct arena *arena, const struct incident *incident, double seconds) {
    const char *text = arena_printf(arena, "%s", incident->begun);
    if (incident->failed > 0)
        text =
            arena_printf(arena, tr("%s; %u failed commands, the first %s"), text, incident->failed, incident->command);
    if (incident->reason[0] != '\0') text = arena_printf(arena, "%s (%s)", text, incident->reason);
    if (incident->error[0] != '\0') text = arena_printf(arena, "%s { %s }", text, incident->error);
    if (incident->resets > 0) text = arena_printf(arena, tr("%s; %u link resets"), text, incident->resets);
    if (incident->speed) text = arena_printf(arena, tr("%s; link speed lowered"), text);
    if (incident->lost) text = arena_printf(arena, tr("%s; the disk was given up"), text);
    if (seconds >= 1) text = arena_printf(arena, tr("%s; the link stood still for %.0f s"), text, seconds);
    return text;
}

static void close_incident(struct kernel_ata *ata, struct port *port) {
    struct incident *incident = &port->incident;
    if (!incident->open) return;
    struct arena *arena = arena_new();
    double seconds = kernel_clock_gap(&incident->first, &incident->last);
    const char *disk = disk_at(ata, port);
    const char *entity = disk != NULL ? disk : arena_printf(arena, "ata%u", port->number);
    bool medium = strstr(incident->reason, "media error") != NULL || strstr(incident->error, "UNC") != NULL;
    struct kernel_report report = {
        .at = incident->first,
        .line = incident->line,
        .kind = medium ? EVENT_IO_ERROR : EVENT_LINK_RESET,
        .entity = text_of(entity),
        .text = text_of(sentence(arena, incident, seconds)),
        .value = seconds,
        // Each incident has its own length: they are not counted as a flood.
        .code = (int)incident->line,
    };
    size_t event = kernel_events_add(ata->events, &report);
    if (disk == NULL && event != SIZE_MAX) {
        ata->unnamed = grow_array(ata->unnamed, &ata->unnamed_capacity, ata->unnamed_count + 1, sizeof *ata->unnamed);
        ata->unnamed[ata->unnamed_count++] = (struct unnamed){event, (size_t)(port - ata->ports)};
    }
    arena_free(arena);
    *incident = (struct incident){0};
}

static struct incident *open_incident(struct kernel_ata *ata, struct port *port, struct text text,
                                      const struct kernel_moment *at, uint32_t line) {
    struct incident *incident = &port->incident;
    if (incident->open && kernel_clock_gap(&incident->last, at) > QUIET_SECONDS) close_incident(ata, port);
    if (!incident->open) {
        *incident = (struct incident){.open = true, .first = *at, .line = line};
        keep(incident->begun, sizeof incident->begun, text);
    }
    incident->last = *at;
    return incident;
}

static void note_words(struct kernel_ata *ata, struct incident *incident, struct text said) {
    struct text group[2];
    if (text_starts(said, "failed command: ") && incident->failed++ == 0)
        keep(incident->command, sizeof incident->command, text_trim(text_skip(said, 16)));
    if (incident->reason[0] == '\0' && pattern_match(ata->reason, said, group, 2))
        keep(incident->reason, sizeof incident->reason, group[1]);
    bool error = text_starts(said, "error: {") || text_starts(said, "SError: {");
    if (error && (incident->error[0] == '\0' || text_has(said, "UNC"))) {
        struct text inside = text_skip(said, text_find(said, "{") + 1);
        keep(incident->error, sizeof incident->error, text_trim(text_cut(&inside, '}')));
    }
    if (text_starts(said, "hard resetting link") || text_starts(said, "soft resetting link")) incident->resets++;
    if (text_starts(said, "limiting SATA link speed") || text_starts(said, "limiting speed to")) incident->speed = true;
    if (text_starts(said, "disable") || text_starts(said, "reset failed, giving up")) incident->lost = true;
}

static bool begins(struct text said) {
    static const char *const words[] = {"exception Emask", "hard resetting link",     "soft resetting link",
                                        "limiting SATA",   "limiting speed to",       "disable",
                                        "failed command:", "NCQ disabled due to",     "failed to IDENTIFY",
                                        "qc timeout",      "reset failed, giving up", "COMRESET failed",
                                        "lost interrupt",  "device reported invalid"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts(said, words[i])) return true;
    return false;
}

// The second half of "cmd …": "         res 41/40:… Emask 0x409 (media error) <F>".
static bool go_on(struct kernel_ata *ata, struct text text) {
    if (ata->recent >= ata->port_count || !text_starts(text, " ")) return false;
    if (!text_starts(text_trim(text), "res ") || !ata->ports[ata->recent].incident.open) return false;
    note_words(ata, &ata->ports[ata->recent].incident, text);
    return true;
}

// "SATA link up 3.0 Gbps" and "configured for UDMA" are said of healthy ports, too: they only go on.
bool kernel_ata_line(struct kernel_ata *ata, struct text text, const struct kernel_moment *at, uint32_t line) {
    struct text group[3];
    if (!pattern_match(ata->line, text, group, 3)) return go_on(ata, text);
    struct port *port = port_of(ata, number_of(group[1]));
    if (port == NULL) return true;
    ata->recent = (size_t)(port - ata->ports);
    struct text said = group[2];
    struct text model[2];
    if (pattern_match(ata->identity, said, model, 2))
        keep(port->model, sizeof port->model, text_trim(text_head(model[1], 16)));
    if (!port->incident.open && !begins(said)) return true;
    struct incident *incident = open_incident(ata, port, text, at, line);
    note_words(ata, incident, said);
    if (text_starts(said, "EH complete")) close_incident(ata, port);
    return true;
}

void kernel_ata_finish(struct kernel_ata *ata) {
    for (size_t i = 0; i < ata->port_count; i++) close_incident(ata, &ata->ports[i]);
    // The disk often gives its name only after the incident.
    for (size_t i = 0; i < ata->unnamed_count; i++) {
        const char *disk = disk_at(ata, &ata->ports[ata->unnamed[i].port]);
        if (disk != NULL) kernel_events_entity(ata->events, ata->unnamed[i].event, text_of(disk));
    }
}
