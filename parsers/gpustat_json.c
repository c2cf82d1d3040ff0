// gpustat_json.c: `gpustat --json`, once or many documents one after another.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/gpu_row.h"
#include "parsers/gpustat.h"
#include "parsers/log_clock.h"

enum { DOCUMENTS_LIMIT = 256 << 20, BROKEN_MOST = 100 };

static struct text member_text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value == NULL ? (struct text){"", 0} : text_of(value);
}

static void take_gpu(struct source *source, const json_t *gpu, millis time, uint32_t line, struct text driver) {
    // Its keys are the names of nvidia-smi's query.
    static const char *const same[] = {"utilization.gpu", "memory.used", "memory.total",        "temperature.gpu",
                                       "fan.speed",       "power.draw",  "enforced.power.limit"};
    json_int_t index = json_integer_value(json_object_get(gpu, "index"));
    if (!json_is_object(gpu) || index < 0 || index >= GPU_NUMBER_MOST) return;
    struct gpu_row row = gpu_row(source, (unsigned)index, time, line);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        const json_t *value = json_object_get(gpu, same[i]);
        if (value != NULL) gpu_row_set(&row, same[i], json_is_number(value) ? json_number_value(value) : NAN);
    }
    const json_t *encoder = json_object_get(gpu, "utilization.enc");
    const json_t *decoder = json_object_get(gpu, "utilization.dec");
    if (json_is_number(encoder)) gpu_row_set(&row, "utilization.encoder", json_number_value(encoder));
    if (json_is_number(decoder)) gpu_row_set(&row, "utilization.decoder", json_number_value(decoder));
    gpu_row_fact(&row, "name", member_text(gpu, "name"));
    gpu_row_fact(&row, "uuid", member_text(gpu, "uuid"));
    gpu_row_fact(&row, "driver_version", driver);
}

static void take_document(struct log_clock *clock, const json_t *document, uint32_t line) {
    struct source *source = clock->source;
    const json_t *gpus = json_object_get(document, "gpus");
    millis time = MILLIS_NONE;
    if (!json_is_array(gpus) || !log_clock_read(clock, member_text(document, "query_time"), &time)) {
        source_skip(source, line, tr("a document without gpus or query_time"));
        return;
    }
    struct text host = member_text(document, "hostname");
    if (source->host[0] == '\0' && host.length > 0) source->host = text_copy(source->arena_, text_head(host, 100));
    source->reports++;
    for (size_t i = 0; i < json_array_size(gpus); i++)
        take_gpu(source, json_array_get(gpus, i), time, line, member_text(document, "driver_version"));
}

static uint32_t count_lines(const char *from, const char *to) {
    uint32_t count = 0;
    while (from < to && (from = memchr(from, '\n', (size_t)(to - from))) != NULL) count++, from++;
    return count;
}

void gpustat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct log_clock clock = {.source = source, .order = options->date_order};
    bool whole;
    struct text rest = lines_rest(lines, DOCUMENTS_LIMIT, &whole);
    uint32_t line = 1;
    size_t broken = 0;
    while (broken < BROKEN_MOST) {
        size_t blank = 0;
        while (blank < rest.length && strchr(" \t\n,[]", rest.at[blank]) != NULL && rest.at[blank] != '\0') blank++;
        line += count_lines(rest.at, rest.at + blank);
        rest = text_skip(rest, blank);
        if (rest.length == 0) break;
        json_error_t error;
        json_t *document = json_loadb(rest.at, rest.length, JSON_DISABLE_EOF_CHECK, &error);
        size_t used = document != NULL ? (size_t)error.position : rest.length;
        if (document == NULL) {
            broken++;
            // The next document begins at a brace in the first column.
            size_t next = text_find(text_skip(rest, 1), "\n{");
            used = next == SIZE_MAX ? rest.length : next + 2;
            source_skip(source, line + (error.line > 1 ? (uint32_t)error.line - 1 : 0), tr("broken JSON: %s"),
                        error.text);
        } else {
            take_document(&clock, document, line);
            json_decref(document);
        }
        if (used == 0) break;
        line += count_lines(rest.at, rest.at + used);
        rest = text_skip(rest, used);
    }
    if (broken == BROKEN_MOST)
        source_problem(source, line, SEVERITY_WARNING, tr("%d documents are broken: the rest is not read"),
                       BROKEN_MOST);
    if (!whole) source_problem(source, 0, SEVERITY_WARNING, tr("only the first %d bytes were read"), DOCUMENTS_LIMIT);
}

int gpustat_json_bid(struct text head, bool whole) {
    (void)whole;
    head = text_trim(head);
    if (!text_starts(head, "{") && !text_starts(head, "[")) return BID_NONE;
    return text_has(head, "\"query_time\"") && text_has(head, "\"gpus\"") ? BID_SURE : BID_NONE;
}
