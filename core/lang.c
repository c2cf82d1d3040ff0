#include "core/lang.h"

#include <libintl.h>

const char *tr(const char *sentence) { return dgettext("whyslow", sentence); }
