// lang.h: marks the sentences that people read, so that catalogues can translate them.
//
// tr("…") gives the sentence in the user's language; N_("…") only marks a sentence that stands in a const table.
// English is in the program, other languages in po/LANGUAGE.po. Quantities, cause ids, commands and file names are
// never translated.
#ifndef WHYSLOW_CORE_LANG_H
#define WHYSLOW_CORE_LANG_H

#include <stdbool.h>

#define N_(sentence) (sentence)

// Called once at the start of the program, before any other thread. `wanted` is "en" or "zh_CN", or NULL: what
// LANGUAGE, LC_ALL, LC_MESSAGES and LANG ask for, also where that locale is not installed. False if there is no
// catalogue of that language; English is used then. LC_NUMERIC stays "C", so that numbers read and print the same
// everywhere.
bool lang_start(const char *wanted);

// The language that an environment with these values asks for: "zh_CN" or "en". NULL is an unset variable; `locale` is
// the first of LC_ALL, LC_MESSAGES and LANG that is set.
const char *lang_of_environment(const char *language, const char *locale);

const char *tr(const char *sentence) __attribute__((format_arg(1)));

// True if the user's language cannot be written in ASCII.
bool lang_is_translated(void);

// What an error number of the system means, in the user's language.
const char *lang_error(int number);

#endif
