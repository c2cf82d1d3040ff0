#include "log_of_text.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "parsers/lines.h"

struct log_of_text log_of_text(const char *text, const struct parse_options *options) {
    struct log_of_text log = {.recording = recording_new()};
    static const struct parse_options nothing_said;
    log.source = recording_source(log.recording, "log", "");
    struct lines *lines = lines_of_memory(text, strlen(text));
    const struct parser *tie;
    struct text head = lines_peek(lines);
    const struct parser *parser = parsers_choose(head, lines_peek_whole(lines), &tie);
    if (parser != NULL) {
        log.source->format = parser->name;
        parser->parse(lines, options != NULL ? options : &nothing_said, log.source);
        source_finish(log.source);
    }
    lines_free(lines);
    return log;
}

void log_of_text_free(struct log_of_text *log) { recording_free(log->recording); }

size_t log_rows(const struct log_of_text *log, const char *entity) {
    const struct table *table = source_find(log->source, entity);
    return table == NULL ? 0 : table->row_count;
}

double log_value(const struct log_of_text *log, const char *entity, const char *quantity, size_t row) {
    const struct table *table = source_find(log->source, entity);
    const struct column *column = table_find(table, quantity);
    return column == NULL || row >= table->row_count ? NAN : column->values[row];
}

const char *log_time(const struct log_of_text *log, const char *entity, size_t row) {
    const struct table *table = source_find(log->source, entity);
    if (table == NULL || row >= table->row_count || log->source->clock == CLOCK_NONE) return "";
    return when_iso(log->recording->arena, table->time[row], false, "");
}

bool log_complains(const struct log_of_text *log, const char *words) {
    for (size_t i = 0; i < log->source->problem_count && i < PROBLEMS_KEPT; i++)
        if (strstr(log->source->problems[i].message, words) != NULL) return true;
    return false;
}
