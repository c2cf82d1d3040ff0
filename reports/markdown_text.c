#include "reports/markdown_text.h"

#include <string.h>

#include "core/arena.h"

// Copies `text`, replacing the characters in `marks` as `replacement` says.
static char *replace(struct arena *arena, const char *text, const char *(*replacement)(char c)) {
    size_t size = 0;
    for (const char *at = text; *at != '\0'; at++) {
        const char *other = replacement(*at);
        size += other == NULL ? 1 : strlen(other);
    }
    char *copy = arena_alloc(arena, size + 1);
    char *to = copy;
    for (const char *at = text; *at != '\0'; at++) {
        const char *other = replacement(*at);
        if (other == NULL)
            *to++ = *at;
        else
            to = stpcpy(to, other);
    }
    *to = '\0';
    return copy;
}

// Entities rather than backslashes where a backslash would not do everywhere: in tables, before mentions and
// references ("@team", "#12", "!34", "$5", "~label"), in raw HTML.
static const char *markdown_mark(char c) {
    switch (c) {
        case '\\':
            return "\\\\";
        case '*':
            return "\\*";
        case '_':
            return "\\_";
        case '`':
            return "\\`";
        case '[':
            return "\\[";
        case ']':
            return "\\]";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '&':
            return "&amp;";
        case '|':
            return "&#124;";
        case '@':
            return "&#64;";
        case '#':
            return "&#35;";
        case '!':
            return "&#33;";
        case '$':
            return "&#36;";
        case '~':
            return "&#126;";
        case '\n':
            return " ";
        default:
            return NULL;
    }
}

char *markdown_escape(struct arena *arena, const char *text) { return replace(arena, text, markdown_mark); }

static const char *jira_mark(char c) {
    switch (c) {
        case '\\':
            return "\\\\";
        case '*':
            return "\\*";
        case '_':
            return "\\_";
        case '{':
            return "\\{";
        case '}':
            return "\\}";
        case '[':
            return "\\[";
        case ']':
            return "\\]";
        case '|':
            return "\\|";
        case '!':
            return "\\!";
        case '+':
            return "\\+";
        case '^':
            return "\\^";
        case '~':
            return "\\~";
        case '\n':
            return " ";
        default:
            return NULL;
    }
}

char *jira_escape(struct arena *arena, const char *text) { return replace(arena, text, jira_mark); }

char *markdown_code(struct arena *arena, const char *text) {
    size_t longest = 0, run = 0;
    for (const char *at = text; *at != '\0'; at++) {
        run = *at == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    char *fence = arena_alloc(arena, longest + 2);
    memset(fence, '`', longest + 1);
    return arena_printf(arena, "%s %s %s", fence, text, fence);
}
