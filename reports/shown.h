// shown.h: how single values are put into words, the same in every output.
#ifndef WHYSLOW_REPORTS_SHOWN_H
#define WHYSLOW_REPORTS_SHOWN_H

#include "core/arena.h"
#include "core/when.h"

struct diagnosis;
enum severity;
struct source_clock;
struct source;

// "2026-05-06 07:08:09", to the second; "–" for MILLIS_NONE.
char *shown_time(struct arena *arena, millis at);

// What the times of the report are: "UTC", or "printed clock, no zone stated".
const char *shown_zone(const struct diagnosis *diagnosis);

// "66 %" of a share 0..1; "–" for NaN.
char *shown_share(struct arena *arena, double share);

// "61.2 GPU-hours", "3.1 GPU-minutes"; "–" for NaN.
char *shown_gpu_time(struct arena *arena, double gpu_hours);

// "storage-read" or "storage-read on sda".
char *shown_cause(struct arena *arena, int cause, const char *entity);

const char *shown_severity(enum severity severity);

// Valid UTF-8 on one line, at most `most` characters; longer text is cut with an ellipsis
// in the middle, because the ends of paths and device names tell most. NULL gives "".
char *shown_name(struct arena *arena, const char *name, size_t most);

// The text with invalid bytes and control characters (line feeds, too) replaced; NULL gives "".
char *shown_text(struct arena *arena, const char *text);

#endif
