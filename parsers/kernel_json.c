#include "parsers/kernel_json.h"

#include <inttypes.h>
#include <stdio.h>

static struct text skip_to_value(struct text text) {
    while (text.length > 0 && (text.at[0] == ' ' || text.at[0] == '\t' || text.at[0] == ',' || text.at[0] == ':'))
        text = text_skip(text, 1);
    return text;
}

static bool take_string(struct text *text, struct text *string) {
    if (!text_starts(*text, "\"")) return false;
    size_t end = 1;
    while (end < text->length && text->at[end] != '"') end += text->at[end] == '\\' ? 2 : 1;
    if (end >= text->length) return false;
    *string = text_skip(text_head(*text, end), 1);
    *text = text_skip(*text, end + 1);
    return true;
}

// A value that is no string (null, the bytes of a message that is no UTF-8) comes back empty.
static bool take_member(struct text *rest, struct text *key, struct text *value) {
    *rest = skip_to_value(*rest);
    if (!take_string(rest, key)) return false;
    *rest = skip_to_value(*rest);
    if (take_string(rest, value)) return true;
    *value = (struct text){"", 0};
    if (text_starts(*rest, "[")) text_cut(rest, ']');
    if (rest->at != NULL) text_cut(rest, ',');
    return rest->at != NULL;
}

static bool read_micros(struct text text, struct when *when) {
    int64_t micros = 0;
    char stamp[48];
    if (!text_integer(text, &micros) || micros < 0) return false;
    int length = snprintf(stamp, sizeof stamp, "%" PRId64 ".%06" PRId64, micros / 1000000, micros % 1000000);
    struct text whole = {stamp, (size_t)length};
    return when_read(whole, DATE_ORDER_UNKNOWN, when) && when->epoch;
}

// Three centuries in microseconds: more is no uptime.
#define BOOT_MOST INT64_C(10000000000000000)

bool kernel_json_read(struct text text, struct kernel_line *out) {
    if (!text_starts(text, "{") || !text_has(text, "\"__REALTIME_TIMESTAMP\"")) return false;
    struct text rest = text_skip(text, 1), key, value;
    struct text message = {NULL, 0}, transport = {"", 0};
    out->host = out->program = (struct text){"", 0};
    while (take_member(&rest, &key, &value)) {
        if (text_equal(key, "MESSAGE")) message = value;
        if (text_equal(key, "_HOSTNAME")) out->host = text_head(value, 255);
        if (text_equal(key, "SYSLOG_IDENTIFIER")) out->program = text_head(value, 80);
        if (text_equal(key, "_TRANSPORT")) transport = value;
        if (text_equal(key, "__REALTIME_TIMESTAMP")) out->stamp.has_wall = read_micros(value, &out->stamp.wall);
        // What printk itself stamped.
        if (text_equal(key, "_SOURCE_MONOTONIC_TIMESTAMP"))
            out->stamp.has_boot =
                text_integer(value, &out->stamp.boot) && out->stamp.boot >= 0 && out->stamp.boot < BOOT_MOST;
    }
    if (message.at == NULL || !out->stamp.has_wall) return false;
    if (out->program.length == 0) out->program = transport;
    // The clocks of other sources are not the kernel's.
    if (!text_equal(transport, "kernel")) out->stamp.has_boot = false;
    out->layout = LAYOUT_SYSLOG;
    out->text = message;
    return true;
}
