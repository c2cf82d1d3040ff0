#include "analyzer/align.h"
#include <string.h>
void align_sources(const struct recording *recording, const struct analyze_options *options, struct arena *arena,
                   struct source_clock *clocks, const struct source **reference, const char **zone) {
    (void)options;
    (void)arena;
    *zone = NULL;
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *s = recording->sources[i];
        clocks[i] = (struct source_clock){.source = s,
                                          .placed = s->clock != CLOCK_NONE && s->format,
                                          .method = CLOCK_ASSUMED,
                                          .note = "",
                                          .uncertainty_seconds = 5};
        if (s->format && strstr(s->format, "nvidia") && !*reference) *reference = s;
    }
}
