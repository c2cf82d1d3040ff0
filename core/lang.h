// lang.h: marks the sentences that people read, so that catalogues can translate them.
//
// tr("…") gives the sentence in the user's language (English until a catalogue
// is installed); N_("…") only marks a sentence that stands in a const table.
// Quantities, cause ids and file names are never translated.
#ifndef WHYSLOW_CORE_LANG_H
#define WHYSLOW_CORE_LANG_H

#define N_(sentence) (sentence)

// Called once at the start of the program, before any other thread: takes messages and character set from the
// environment. LC_NUMERIC stays "C", so that numbers read and print the same everywhere.
void lang_start(void);

// The language of --lang instead of the environment's.
void lang_choose(const char *language);

const char *tr(const char *sentence) __attribute__((format_arg(1)));

#endif
