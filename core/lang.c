#include "core/lang.h"

#include <errno.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char domain[] = "whyslow";

// The first of the variables that is set and not empty.
static const char *first_set(const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') return value;
    }
    return NULL;
}

// "zh_CN.UTF-8", "zh_SG", "zh-Hans", "zh": whoever reads simplified characters. Traditional ones are another language.
static bool is_simplified_chinese(const char *name, size_t length) {
    static const char *const names[] = {"zh", "zh_CN", "zh_SG", "zh_MY", "zh_Hans", "zh-CN", "zh-Hans"};
    size_t bare = strcspn(name, ".@");
    if (bare > length) bare = length;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == bare && strncasecmp(names[i], name, bare) == 0) return true;
    return bare > 7 && strncasecmp(name, "zh_Hans", 7) == 0;
}

const char *lang_of_environment(const char *language, const char *locale) {
    // As gettext does: without a locale, and in the plain one, LANGUAGE counts for nothing.
    if (locale == NULL || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0) return "en";
    for (const char *at = language == NULL ? "" : language; *at != '\0';) {
        size_t length = strcspn(at, ":");
        if (is_simplified_chinese(at, length)) return "zh_CN";
        if (length >= 2 && strncasecmp(at, "en", 2) == 0) return "en";
        at += length + (at[length] == ':');
    }
    return is_simplified_chinese(locale, strlen(locale)) ? "zh_CN" : "en";
}

static bool has_catalogue(const char *directory, const char *language) {
    char path[PATH_MAX + 64];
    int length = snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/%s.mo", directory, language, domain);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

// Binds the directory with the catalogues: beside the program in the build tree, as installed, or as installed under
// another root.
static bool bind_catalogue(const char *language) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash != NULL) *slash = '\0';
    char beside[PATH_MAX + 32], moved[PATH_MAX + 32];
    snprintf(beside, sizeof beside, "%s/locale", program);
    snprintf(moved, sizeof moved, "%s/../share/locale", program);
    const char *const directories[] = {beside, WHYSLOW_LOCALEDIR, moved};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        if ((slash == NULL && i != 1) || !has_catalogue(directories[i], language)) continue;
        bindtextdomain(domain, directories[i]);
        bind_textdomain_codeset(domain, "UTF-8");
        return true;
    }
    return false;
}

// In the "C" locale catalogues are not looked at, whatever LANGUAGE says; any other one will do, and the C library
// brings C.UTF-8 along.
static bool leave_plain_locale(void) {
    static const char *const locales[] = {"C.UTF-8", "C.utf8", "zh_CN.UTF-8", "en_US.UTF-8", ""};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        const char *now = setlocale(LC_MESSAGES, locales[i]);
        if (now != NULL && strcmp(now, "C") != 0 && strcmp(now, "POSIX") != 0) {
            setlocale(LC_CTYPE, locales[i]);
            return true;
        }
    }
    return false;
}

bool lang_start(const char *wanted) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *language = wanted;
    if (language == NULL)
        language = lang_of_environment(getenv("LANGUAGE"), first_set(names, sizeof names / sizeof *names));
    setlocale(LC_CTYPE, "");
    if (strcmp(language, "en") == 0) return true;
    if (!bind_catalogue(language) || !leave_plain_locale()) return false;
    return setenv("LANGUAGE", language, 1) == 0;
}

// The empty sentence is gettext's name for the head of a catalogue.
const char *tr(const char *sentence) { return sentence[0] == '\0' ? sentence : dgettext(domain, sentence); }

bool lang_is_translated(void) { return strcmp(tr("en"), "en") != 0; }

const char *lang_error(int number) {
    // The C library's own catalogues are often not installed.
    static const char *const common[] = {
        N_("No such file or directory"),
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("Is a directory"),
        N_("Not a directory"),
        N_("No space left on device"),
        N_("Read-only file system"),
        N_("Input/output error"),
        N_("File too large"),
        N_("File name too long"),
        N_("File exists"),
        N_("Directory not empty"),
        N_("Broken pipe"),
        N_("Disk quota exceeded"),
        N_("Too many open files"),
        N_("Too many levels of symbolic links"),
        N_("No such device or address"),
    };
    const char *text = strerror(number);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(text, common[i]) == 0) return tr(common[i]);
    return text;
}
