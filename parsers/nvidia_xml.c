// nvidia_xml.c: `nvidia-smi -q -x`. A loop writes many documents one after another, so the parser is started anew
// wherever one begins.
#include <expat.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_bus.h"
#include "parsers/nvidia_q.h"
#include "parsers/nvidia_tree.h"

enum { DEPTH_MOST = 16, NAME_MOST = 64, TEXT_MOST = 256, DEPTH_LIMIT = 64 };

struct xml {
    struct source *source;
    struct log_clock clock;
    struct bus_numbers numbers;
    XML_Parser parser;
    uint32_t line;
    bool inside;    // of a document
    bool declared;  // it began above its root element
    bool broken;    // its rest is not used
    bool timed;
    millis time;
    size_t depth;  // of open elements
    char names[DEPTH_MOST][NAME_MOST];
    size_t foreign;  // depth below which nothing belongs to the GPU itself, 0 if there is none
    char text[TEXT_MOST];
    size_t text_length;
    bool in_gpu;
    char driver[NAME_MOST];
    struct gpu_row row;
    struct nvidia_leaves leaves;
};

// Elements whose children have the names of the GPU's own.
static bool is_foreign(const char *name) {
    static const char *const names[] = {
        "mig_devices",          "processes", "supported_clocks", "accounted_processes", "gpu_memory_power_readings",
        "module_power_readings"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static void begin_gpu(struct xml *xml, const XML_Char **attributes) {
    struct text id = {"", 0};
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(attributes[i], "id") == 0) id = text_of(attributes[i + 1]);
    if (!xml->timed && xml->source->clock != CLOCK_NONE) {
        source_skip(xml->source, xml->line, tr("a document without its time"));
        return;
    }
    xml->row = gpu_row(xml->source, bus_number(&xml->numbers, id), xml->time, xml->line);
    gpu_row_fact(&xml->row, "pci.bus_id", id);
    gpu_row_fact(&xml->row, "driver_version", text_of(xml->driver));
    nvidia_leaves_begin(&xml->leaves, &xml->row);
    xml->in_gpu = true;
}

static void start_element(void *state, const XML_Char *name, const XML_Char **attributes) {
    struct xml *xml = state;
    if (xml->depth < DEPTH_MOST) {
        strncpy(xml->names[xml->depth], name, NAME_MOST - 1);
        xml->names[xml->depth][NAME_MOST - 1] = '\0';
    }
    xml->depth++;
    if (xml->depth > DEPTH_LIMIT) XML_StopParser(xml->parser, XML_FALSE);
    xml->text_length = 0;
    if (xml->foreign == 0 && is_foreign(name)) xml->foreign = xml->depth;
    if (xml->depth == 2 && strcmp(name, "gpu") == 0) begin_gpu(xml, attributes);
}

static void end_gpu(struct xml *xml) {
    if (xml->in_gpu) nvidia_leaves_end(&xml->leaves, xml->timed ? xml->time : MILLIS_NONE);
    xml->in_gpu = false;
}

static void take_head(struct xml *xml, const char *name, struct text value) {
    if (strcmp(name, "timestamp") == 0) {
        bool late = xml->source->samples > 0 && xml->source->clock == CLOCK_NONE;
        xml->timed = !late && log_clock_read(&xml->clock, value, &xml->time);
    } else if (strcmp(name, "driver_version") == 0) {
        struct text head = text_head(value, NAME_MOST - 1);
        if (head.length > 0) memcpy(xml->driver, head.at, head.length);
        xml->driver[head.length] = '\0';
    }
}

static void end_element(void *state, const XML_Char *name) {
    struct xml *xml = state;
    struct text value = text_trim((struct text){xml->text, xml->text_length});
    if (xml->depth == 2 && xml->in_gpu) {
        end_gpu(xml);
    } else if (xml->depth == 2 && value.length > 0) {
        take_head(xml, name, value);
    } else if (xml->in_gpu && xml->foreign == 0 && xml->depth >= 3 && xml->depth <= DEPTH_MOST && value.length > 0) {
        nvidia_leaf(&xml->leaves, WORDS_OF_XML, text_of(xml->names[xml->depth - 2]), text_of(name), value);
    }
    if (xml->foreign == xml->depth) xml->foreign = 0;
    if (xml->depth > 0) xml->depth--;
    xml->text_length = 0;
    if (xml->depth == 0) xml->inside = false;
}

static void add_text(void *state, const XML_Char *text, int length) {
    struct xml *xml = state;
    size_t room = TEXT_MOST - xml->text_length;
    size_t take = (size_t)length < room ? (size_t)length : room;
    memcpy(xml->text + xml->text_length, text, take);
    xml->text_length += take;
}

// nvidia-smi declares no entities; a document that does wants to be expanded.
static void refuse_entities(void *state, const XML_Char *name, int is_parameter, const XML_Char *value, int length,
                            const XML_Char *base, const XML_Char *system, const XML_Char *public_id,
                            const XML_Char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public_id,
        (void)notation;
    struct xml *xml = state;
    XML_StopParser(xml->parser, XML_FALSE);
}

static void begin_document(struct xml *xml) {
    if (xml->inside && xml->source->reports > 0)
        source_problem(xml->source, xml->line, SEVERITY_WARNING,
                       tr("a document begins here before the one above has ended: that one was cut"));
    end_gpu(xml);
    XML_ParserReset(xml->parser, "UTF-8");
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, start_element, end_element);
    XML_SetCharacterDataHandler(xml->parser, add_text);
    XML_SetEntityDeclHandler(xml->parser, refuse_entities);
    xml->depth = xml->foreign = xml->text_length = 0;
    xml->inside = true;
    xml->broken = false;
    xml->timed = false;
    xml->driver[0] = '\0';
    xml->source->reports++;
    xml->time = (millis)xml->source->reports - 1;
}

static void feed(struct xml *xml, struct text line) {
    bool good = XML_Parse(xml->parser, line.at, (int)line.length, XML_FALSE) != XML_STATUS_ERROR;
    // Behind the root element the rest of its line is of no interest.
    if (good && xml->inside) good = XML_Parse(xml->parser, "\n", 1, XML_FALSE) != XML_STATUS_ERROR;
    if (good || !xml->inside) return;
    source_skip(xml->source, xml->line, tr("the XML is broken here: %s; the rest of the document is not used"),
                XML_ErrorString(XML_GetErrorCode(xml->parser)));
    end_gpu(xml);
    xml->inside = false;
    xml->broken = true;
}

// A document begins at its XML declaration, else at its DOCTYPE, else at its root.
static bool begins(const struct xml *xml, struct text line) {
    if (text_starts(line, "<?xml")) return true;
    bool root = text_starts(line, "<nvidia_smi_log");
    if (!root && !text_starts(line, "<!DOCTYPE nvidia_smi_log")) return false;
    if (xml->inside && xml->depth == 0) return false;
    return !(root && xml->broken && xml->declared);
}

static void take_line(struct xml *xml, struct text line) {
    struct text trimmed = text_trim(line);
    if (begins(xml, trimmed)) {
        begin_document(xml);
        xml->declared = !text_starts(trimmed, "<nvidia_smi_log");
        line = trimmed;
    }
    if (xml->inside)
        feed(xml, line);
    else if (trimmed.length > 0 && !xml->broken)
        source_skip(xml->source, xml->line, tr("not part of a document"));
}

void nvidia_xml_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct xml *xml = arena_alloc(source->arena_, sizeof *xml);
    xml->source = source;
    xml->clock = (struct log_clock){.source = source, .order = options->date_order};
    xml->parser = XML_ParserCreate(NULL);
    if (xml->parser == NULL) return;
    struct text line;
    while (lines_next(lines, &line)) {
        xml->line = lines_number(lines);
        take_line(xml, line);
    }
    if (xml->inside)
        source_problem(source, xml->line, SEVERITY_WARNING, tr("the file ends inside a document: it was cut"));
    end_gpu(xml);
    XML_ParserFree(xml->parser);
    if (source->tool_version[0] == '\0' && xml->driver[0] != '\0')
        source->tool_version = text_copy(source->arena_, text_of(xml->driver));
}

int nvidia_xml_bid(struct text head, bool whole) {
    (void)whole;
    return text_has(head, "<nvidia_smi_log") || text_has(head, "<!DOCTYPE nvidia_smi_log") ? BID_SURE : BID_NONE;
}
