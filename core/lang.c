#include "core/lang.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

void lang_start(void) {
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    bindtextdomain("whyslow", WHYSLOW_LOCALEDIR);
    bind_textdomain_codeset("whyslow", "UTF-8");
}

void lang_choose(const char *language) {
    setenv("LANGUAGE", language, 1);
    // In the "C" locale catalogues are not looked at, whatever LANGUAGE says.
    const char *current = setlocale(LC_MESSAGES, NULL);
    if (current != NULL && strcmp(current, "C") != 0 && strcmp(current, "POSIX") != 0) return;
    if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL) setlocale(LC_MESSAGES, "en_US.UTF-8");
}

const char *tr(const char *sentence) { return dgettext("whyslow", sentence); }
