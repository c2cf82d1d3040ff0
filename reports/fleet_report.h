// fleet_report.h: what the files of the fleet's summary share.
#ifndef WHYSLOW_REPORTS_FLEET_REPORT_H
#define WHYSLOW_REPORTS_FLEET_REPORT_H

#include <stdbool.h>

#include "analyzer/fleet.h"

struct book;
struct document;
struct figure;
struct outset;
struct report_options;

// The summary as a document for all writers. Never NULL; free it with document_free. The fleet must outlive it.
struct document *fleet_document(const struct fleet *fleet, const struct report_options *options);
// Its first section: the answer. The others, and the long tables for the spreadsheet.
void fleet_answer(struct document *document, const struct fleet *fleet);
void fleet_sections(struct document *document, const struct fleet *fleet);
void fleet_tables(struct document *document, const struct fleet *fleet);

// Charts, in the arena; NULL where there is nothing to draw.
const struct figure *fleet_chart_causes(struct arena *arena, const struct fleet *fleet);
const struct figure *fleet_chart_places(struct arena *arena, const struct fleet *fleet);
const struct figure *fleet_chart_time(struct arena *arena, const struct fleet *fleet);
const struct figure *fleet_chart_runs(struct arena *arena, const struct fleet *fleet);

// The causes that have a colour of their own in a chart over time: the most expensive ones. The rest is one more.
enum { FLEET_COLOURS = 5 };
size_t fleet_coloured(const struct fleet *fleet, enum cause causes[FLEET_COLOURS]);

void fleet_fill_book(struct book *book);
// fleet.json, schema whyslow.fleet/1 (reports/fleet.schema.json).
bool fleet_json(struct outset *set, const struct fleet *fleet, const struct report_options *options);

// "node07", "sda on node07 (S3Z…)": how a thing is named to people.
const char *fleet_thing_name(struct arena *arena, const struct fleet_thing *thing);
const char *fleet_status_words(enum fleet_status status);  // in the user's language
const char *fleet_kind_words(enum fleet_kind kind);
// What the times are: "UTC", or "printed clocks".
const char *fleet_zone(const struct fleet *fleet);
// "2026-05-06", "2026-05", "2026": a period by its beginning.
const char *fleet_period_name(struct arena *arena, const struct fleet *fleet, const struct fleet_period *period);

#endif
