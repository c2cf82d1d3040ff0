#include "parsers/iostat_fields.h"

enum {
    KB = IOSTAT_UTIL + 1,
    RRQM,
    WRQM,
    DRQM,
    RQM,
    RRQM_SHARE,
    WRQM_SHARE,
    DRQM_SHARE,
    FLUSH_AWAIT,
    SVCTM,
    SIZE,
    QUEUE,
    TPS,
    KB_READ_RATE,
    KB_WRITTEN_RATE,
    KB_DISCARDED_RATE,
    KB_WD_RATE,
    KB_READ,
    KB_WRITTEN,
    KB_DISCARDED,
    KB_WD,
    CPU_USER,
    CPU_NICE,
    CPU_SYSTEM,
    CPU_IOWAIT,
    CPU_STEAL,
    CPU_IDLE,
    AFTER_LAST
};

_Static_assert((int)AFTER_LAST <= (int)IOSTAT_QUANTITIES, "iostat_quantities has room for every quantity");

const struct iostat_quantity iostat_quantities[IOSTAT_QUANTITIES] = {
    [IOSTAT_READS] = {"r/s", UNIT_PER_S, false},
    [IOSTAT_WRITES] = {"w/s", UNIT_PER_S, false},
    [IOSTAT_DISCARDS] = {"d/s", UNIT_PER_S, false},
    [IOSTAT_FLUSHES] = {"f/s", UNIT_PER_S, false},
    [IOSTAT_READ_KB] = {"rkB/s", UNIT_KIB_PER_S, false},
    [IOSTAT_WRITE_KB] = {"wkB/s", UNIT_KIB_PER_S, false},
    [IOSTAT_DISCARD_KB] = {"dkB/s", UNIT_KIB_PER_S, false},
    [IOSTAT_READ_SIZE] = {"rareq-sz", UNIT_KIB, false},
    [IOSTAT_READ_AWAIT] = {"r_await", UNIT_MS, false},
    [IOSTAT_WRITE_AWAIT] = {"w_await", UNIT_MS, false},
    [IOSTAT_DISCARD_AWAIT] = {"d_await", UNIT_MS, false},
    [IOSTAT_AWAIT] = {"await", UNIT_MS, false},
    [IOSTAT_UTIL] = {"%util", UNIT_PERCENT, false},
    [KB] = {"kB/s", UNIT_KIB_PER_S, false},
    [RRQM] = {"rrqm/s", UNIT_PER_S, false},
    [WRQM] = {"wrqm/s", UNIT_PER_S, false},
    [DRQM] = {"drqm/s", UNIT_PER_S, false},
    [RQM] = {"rqm/s", UNIT_PER_S, false},
    [RRQM_SHARE] = {"%rrqm", UNIT_PERCENT, false},
    [WRQM_SHARE] = {"%wrqm", UNIT_PERCENT, false},
    [DRQM_SHARE] = {"%drqm", UNIT_PERCENT, false},
    [FLUSH_AWAIT] = {"f_await", UNIT_MS, false},
    [SVCTM] = {"svctm", UNIT_MS, false},
    [SIZE] = {"areq-sz", UNIT_KIB, false},
    [IOSTAT_WRITE_SIZE] = {"wareq-sz", UNIT_KIB, false},
    [IOSTAT_DISCARD_SIZE] = {"dareq-sz", UNIT_KIB, false},
    [QUEUE] = {"aqu-sz", UNIT_REQUESTS, false},
    [TPS] = {"tps", UNIT_PER_S, false},
    [KB_READ_RATE] = {"kB_read/s", UNIT_KIB_PER_S, false},
    [KB_WRITTEN_RATE] = {"kB_wrtn/s", UNIT_KIB_PER_S, false},
    [KB_DISCARDED_RATE] = {"kB_dscd/s", UNIT_KIB_PER_S, false},
    [KB_WD_RATE] = {"kB_w+d/s", UNIT_KIB_PER_S, false},
    [KB_READ] = {"kB_read", UNIT_KIB, true},
    [KB_WRITTEN] = {"kB_wrtn", UNIT_KIB, true},
    [KB_DISCARDED] = {"kB_dscd", UNIT_KIB, true},
    [KB_WD] = {"kB_w+d", UNIT_KIB, true},
    [CPU_USER] = {"%user", UNIT_PERCENT, false},
    [CPU_NICE] = {"%nice", UNIT_PERCENT, false},
    [CPU_SYSTEM] = {"%system", UNIT_PERCENT, false},
    [CPU_IOWAIT] = {"%iowait", UNIT_PERCENT, false},
    [CPU_STEAL] = {"%steal", UNIT_PERCENT, false},
    [CPU_IDLE] = {"%idle", UNIT_PERCENT, false},
};

struct spelling {
    const char *name;
    uint8_t quantity;
    double scale;
};

// Spellings other than the newest: other units, and names that were given up.
static const struct spelling spellings[] = {
    {"rMB/s", IOSTAT_READ_KB, 1024},
    {"wMB/s", IOSTAT_WRITE_KB, 1024},
    {"dMB/s", IOSTAT_DISCARD_KB, 1024},
    {"rsec/s", IOSTAT_READ_KB, 0.5},
    {"wsec/s", IOSTAT_WRITE_KB, 0.5},
    {"dsec/s", IOSTAT_DISCARD_KB, 0.5},
    {"MB/s", KB, 1024},
    {"sec/s", KB, 0.5},
    {"avgrq-sz", SIZE, 0.5},
    {"avgqu-sz", QUEUE, 1},
    {"MB_read/s", KB_READ_RATE, 1024},
    {"MB_wrtn/s", KB_WRITTEN_RATE, 1024},
    {"MB_dscd/s", KB_DISCARDED_RATE, 1024},
    {"MB_w+d/s", KB_WD_RATE, 1024},
    {"Blk_read/s", KB_READ_RATE, 0.5},
    {"Blk_wrtn/s", KB_WRITTEN_RATE, 0.5},
    {"Blk_dscd/s", KB_DISCARDED_RATE, 0.5},
    {"Blk_w+d/s", KB_WD_RATE, 0.5},
    {"MB_read", KB_READ, 1024},
    {"MB_wrtn", KB_WRITTEN, 1024},
    {"MB_dscd", KB_DISCARDED, 1024},
    {"MB_w+d", KB_WD, 1024},
    {"Blk_read", KB_READ, 0.5},
    {"Blk_wrtn", KB_WRITTEN, 0.5},
    {"Blk_dscd", KB_DISCARDED, 0.5},
    {"Blk_w+d", KB_WD, 0.5},
    {"%sys", CPU_SYSTEM, 1},
};

// Keys of the JSON form that differ from the header.
static const struct spelling keys[] = {
    {"rrqm", RRQM_SHARE, 1}, {"wrqm", WRQM_SHARE, 1}, {"drqm", DRQM_SHARE, 1},   {"util", IOSTAT_UTIL, 1},
    {"user", CPU_USER, 1},   {"nice", CPU_NICE, 1},   {"system", CPU_SYSTEM, 1}, {"iowait", CPU_IOWAIT, 1},
    {"steal", CPU_STEAL, 1}, {"idle", CPU_IDLE, 1},
};

static const struct spelling old_keys[] = {
    {"rrqm", RRQM, 1},
    {"wrqm", WRQM, 1},
    {"r", IOSTAT_READS, 1},
    {"w", IOSTAT_WRITES, 1},
    {"rkB", IOSTAT_READ_KB, 1},
    {"wkB", IOSTAT_WRITE_KB, 1},
    {"rMB", IOSTAT_READ_KB, 1024},
    {"wMB", IOSTAT_WRITE_KB, 1024},
    {"rsec", IOSTAT_READ_KB, 0.5},
    {"wsec", IOSTAT_WRITE_KB, 0.5},
};

static void fill(struct iostat_field *out, uint8_t quantity, double scale) {
    enum unit unit = iostat_quantities[quantity].unit;
    *out = (struct iostat_field){
        .quantity = quantity, .bytes = unit == UNIT_KIB || unit == UNIT_KIB_PER_S, .scale = scale};
}

static bool find_in(struct text name, const struct spelling *list, size_t count, struct iostat_field *out) {
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(name, list[i].name)) continue;
        fill(out, list[i].quantity, list[i].scale);
        return true;
    }
    return false;
}

bool iostat_field_find(struct text name, struct iostat_field *out) {
    for (int i = 0; i < AFTER_LAST; i++) {
        if (!text_equal(name, iostat_quantities[i].name)) continue;
        fill(out, i, 1);
        return true;
    }
    return find_in(name, spellings, sizeof spellings / sizeof *spellings, out);
}

bool iostat_key_find(struct text key, bool old_names, struct iostat_field *out) {
    if (old_names && find_in(key, old_keys, sizeof old_keys / sizeof *old_keys, out)) return true;
    return find_in(key, keys, sizeof keys / sizeof *keys, out) || iostat_field_find(key, out);
}

bool iostat_layout_add(struct iostat_layout *layout, const struct iostat_field *field) {
    if (layout->count == IOSTAT_COLUMNS_MOST) return false;
    struct iostat_field *added = &layout->fields[layout->count++];
    *added = *field;
    if (field->quantity == IOSTAT_UNUSED) return true;
    uint64_t bit = UINT64_C(1) << field->quantity;
    // RHEL 4 prints sectors and kilobytes side by side: the first will do.
    if ((layout->mask & bit) != 0) added->quantity = IOSTAT_UNUSED;
    layout->mask |= bit;
    return true;
}
