#include "analyzer/xid.h"

static bool one_of(double number, const int *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (number == (double)list[i]) return true;
    return false;
}

// By NVIDIA's catalogue (docs.nvidia.com/deploy/xid-errors).
enum xid_meaning xid_meaning(const struct event *event) {
    static const int program[] = {13, 31, 32, 43, 45, 69, 63, 92, 154};  // the program's own, or absorbed
    static const int hardware[] = {44,  48,  61,  62,  64,  74,  79,  94,  95, 109,
                                   119, 120, 121, 137, 140, 143, 158, 171, 172};
    if (one_of(event->value, program, sizeof program / sizeof *program)) return XID_PROGRAM;
    if (one_of(event->value, hardware, sizeof hardware / sizeof *hardware)) return XID_HARDWARE;
    // NVLink 5: the same numbers for what ended the link and for what it survived.
    if (event->value < 144 || event->value > 150) return XID_UNKNOWN;
    return text_has(text_of(event->text), "Nonfatal") ? XID_NONFATAL : XID_HARDWARE;
}

bool gpu_failed(const struct event *event) {
    return event->kind == EVENT_GPU_LOST || (event->kind == EVENT_XID && xid_meaning(event) == XID_HARDWARE);
}
