// lang.h: marks the sentences that people read, so that catalogues can translate them.
//
// tr("…") gives the sentence in the user's language (English until a catalogue
// is installed); N_("…") only marks a sentence that stands in a const table.
// Quantities, cause ids and file names are never translated.
#ifndef WHYSLOW_CORE_LANG_H
#define WHYSLOW_CORE_LANG_H

#define N_(sentence) (sentence)

const char *tr(const char *sentence) __attribute__((format_arg(1)));

#endif
