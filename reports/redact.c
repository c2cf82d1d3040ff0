#include "reports/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/recording.h"
#include "reports/redact_names.h"
#include "reports/redact_parts.h"

// ── what has to be hidden ───────────────────────────────────────────────────

static void add_host(struct redactor *redactor, const char *host) {
    if (host == NULL || host[0] == '\0') return;
    const char *shown = alias_of(&redactor->aliases, host, ALIAS_HOST);
    // A name with its domain is the host of the name without.
    size_t plain = strcspn(host, ".");
    bool address = strspn(host, "0123456789.") == strlen(host);
    if (plain > 0 && !address) alias_set(&redactor->aliases, arena_copy(redactor->aliases.arena, host, plain), shown);
}

// The owner of a home directory, wherever it is mounted: "/home/NAME/…", "/Users/NAME".
static void add_users(struct redactor *redactor, const char *text) {
    static const char *const homes[] = {"/home/", "/Users/"};
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        for (const char *at = text; (at = strstr(at, homes[i])) != NULL;) {
            at += strlen(homes[i]);
            size_t length = strcspn(at, "/ \t\"'`():;,]");
            if (length > 0) alias_of(&redactor->aliases, arena_copy(redactor->aliases.arena, at, length), ALIAS_USER);
        }
    }
}

static void add_fact(struct redactor *redactor, const struct fact *fact) {
    add_users(redactor, fact->value);
    if (fact->value[0] == '\0') return;
    if (strcmp(fact->key, "serial") == 0) alias_of(&redactor->aliases, fact->value, ALIAS_SERIAL);
    if (strcmp(fact->key, "uuid") == 0) alias_of(&redactor->aliases, fact->value, ALIAS_UUID);
    if (strcmp(fact->key, "export") != 0) return;
    // "server:/export".
    const char *colon = strchr(fact->value, ':');
    if (colon != NULL)
        add_host(redactor, arena_copy(redactor->aliases.arena, fact->value, (size_t)(colon - fact->value)));
    alias_of(&redactor->aliases, fact->value, ALIAS_MOUNT);
}

static void add_source(struct redactor *redactor, const struct source *source) {
    add_host(redactor, source->host);
    add_users(redactor, source->path);
    add_users(redactor, source->member);
    for (size_t i = 0; i < source->fact_count; i++) add_fact(redactor, &source->facts[i]);
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].entity_kind == ENTITY_MOUNT)
            alias_of(&redactor->aliases, source->tables[i].entity, ALIAS_MOUNT);
    for (size_t i = 0; i < source->event_count; i++) {
        const struct event *event = &source->events[i];
        if (event->kind == EVENT_NFS_TIMEOUT) add_host(redactor, event->entity);
        add_users(redactor, event->text);
    }
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++)
        add_users(redactor, source->problems[i].message);
}

// Files keep their names; of several with the same name the later ones are numbered.
static void add_file(struct redactor *redactor, const struct source *source) {
    struct arena *arena = redactor->aliases.arena;
    const char *name = redact_base(redactor, source->member[0] == '\0' ? source->path : source->member);
    size_t same = 0;
    for (size_t i = 0; i < redactor->file_count; i++) same += strcmp(redactor->files[i].base, name) == 0;
    const char *shown = same == 0 ? name : arena_printf(arena, "%s (%zu)", name, same + 1);
    redactor->files[redactor->file_count++] = (struct redacted_file){source, name, shown};
    alias_set(&redactor->aliases, source_name(source), shown);
    if (source->member[0] == '\0') alias_set(&redactor->aliases, source->path, shown);
}

struct redactor *redactor_new(const struct recording *recording) {
    struct arena *arena = arena_new();
    struct redactor *redactor = arena_alloc(arena, sizeof *redactor);
    redactor->aliases.arena = arena;
    redactor->recording = recording;
    redactor->files = arena_array(arena, recording->source_count + 1, sizeof *redactor->files);
    for (size_t i = 0; i < recording->source_count; i++) add_source(redactor, recording->sources[i]);
    // Names of files may contain names of hosts: only now they are all known.
    for (size_t i = 0; i < recording->source_count; i++) add_file(redactor, recording->sources[i]);
    return redactor;
}

void redactor_free(struct redactor *redactor) {
    if (redactor == NULL) return;
    free(redactor->aliases.sorted);
    arena_free(redactor->aliases.arena);
}

// ── texts ───────────────────────────────────────────────────────────────────

// Directories of every system say nothing about its owner, and advice needs them.
static bool is_system(const char *path) {
    static const char *const known[] = {"/dev/", "/proc/", "/sys/", "/etc/"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(path, known[i], strlen(known[i])) == 0) return true;
    return false;
}

static bool path_byte(char c) { return c != '\0' && strchr(" \t\n\"'`()[]{},;:<>|=", c) == NULL; }

// How many bytes of the absolute path at `at` are directories; 0 if there is no such path.
static size_t directories(const char *at) {
    if (at[0] != '/' || !(isalnum((unsigned char)at[1]) || strchr("._~", at[1]) != NULL) || at[1] == '\0') return 0;
    if (is_system(at)) return 0;
    size_t last = 1;
    for (size_t i = 1; path_byte(at[i]); i++)
        if (at[i] == '/' && path_byte(at[i + 1])) last = i + 1;
    return last;
}

static bool is_octet(const char *digits, size_t count) {
    int64_t value = 0;
    return text_integer((struct text){digits, count}, &value) && value <= 255;
}

// Length of "10.1.2.3" at `at`, 0 if something else stands there.
static size_t address(const char *at) {
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        size_t digits = 0;
        while (digits < 4 && isdigit((unsigned char)at[i + digits])) digits++;
        if (digits == 0 || digits > 3 || !is_octet(at + i, digits)) return 0;
        i += digits;
        if (part < 3 && at[i++] != '.') return 0;
    }
    return alias_word(at[i]) || (at[i] == '.' && isdigit((unsigned char)at[i + 1])) ? 0 : i;
}

// Length of "GPU-5a3c…" at `at`.
static size_t uuid(const char *at) {
    if (strncmp(at, "GPU-", 4) != 0 && strncmp(at, "MIG-", 4) != 0) return 0;
    size_t length = strspn(at + 4, "0123456789abcdefABCDEF-");
    return length < 8 ? 0 : 4 + length;
}

// Length of "user@host" at `at`; *user is where the @ stands.
static size_t account(const char *at, size_t *user) {
    *user = 0;
    while (alias_word(at[*user]) || (at[*user] != '\0' && strchr("_-.", at[*user]) != NULL)) (*user)++;
    if (*user == 0 || at[*user] != '@') return 0;
    size_t end = *user + 1;
    while (alias_word(at[end]) || (at[end] != '\0' && strchr("-.", at[end]) != NULL)) end++;
    return end > *user + 1 ? end : 0;
}

struct output {
    char *text;
    size_t length, capacity;
};

static void put(struct output *output, const char *text, size_t length) {
    output->text = grow_array(output->text, &output->capacity, output->length + length + 1, 1);
    memcpy(output->text + output->length, text, length);
    output->length += length;
    output->text[output->length] = '\0';
}

static void put_name(struct output *output, const char *name) { put(output, name, strlen(name)); }

static const char *piece(struct redactor *redactor, const char *at, size_t length) {
    return arena_copy(redactor->aliases.arena, at, length);
}

// Puts what stands in place of the beginning of `at`, which follows the end of a word; returns how much that was.
static size_t replace(struct redactor *redactor, const char *at, struct output *output) {
    struct aliases *aliases = &redactor->aliases;
    const struct alias *known = alias_at(aliases, at);
    if (known != NULL) {
        put_name(output, known->shown);
        return strlen(known->name);
    }
    size_t user, length = directories(at);
    if (length > 0) return length;
    if ((length = address(at)) > 0) {
        put_name(output, alias_of(aliases, piece(redactor, at, length), ALIAS_ADDRESS));
    } else if ((length = uuid(at)) > 0) {
        put_name(output, alias_of(aliases, piece(redactor, at, length), ALIAS_UUID));
    } else if ((length = account(at, &user)) > 0) {
        put_name(output, alias_of(aliases, piece(redactor, at, user), ALIAS_USER));
        put(output, "@", 1);
        put_name(output, alias_of(aliases, piece(redactor, at + user + 1, length - user - 1), ALIAS_HOST));
    }
    return length;
}

const char *redact_text(struct redactor *redactor, const char *text) {
    if (text == NULL || text[0] == '\0') return text;
    struct output output = {0};
    for (const char *at = text; *at != '\0';) {
        // A relative path, or a value with a unit (kB/s), has its slash behind a word.
        bool inside = at > text && (alias_word(at[-1]) || (*at == '/' && strchr("._-~%", at[-1]) != NULL));
        size_t used = inside ? 0 : replace(redactor, at, &output);
        if (used == 0) put(&output, at, used = 1);
        at += used;
    }
    const char *redacted = arena_string(redactor->aliases.arena, output.text == NULL ? "" : output.text);
    free(output.text);
    return redacted;
}

const char *redact_base(struct redactor *redactor, const char *path) {
    const char *slash = strrchr(path, '/');
    return redact_text(redactor, slash == NULL ? path : slash + 1);
}
