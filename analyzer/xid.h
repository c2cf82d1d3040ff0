// xid.h: what the numbers of NVIDIA's Xids stand for.
#ifndef WHYSLOW_ANALYZER_XID_H
#define WHYSLOW_ANALYZER_XID_H

#include "core/recording.h"

enum xid_meaning { XID_HARDWARE, XID_PROGRAM, XID_NONFATAL, XID_UNKNOWN };

// Of an EVENT_XID.
enum xid_meaning xid_meaning(const struct event *event);

// A GPU that was lost, or an Xid that means the hardware or its firmware.
bool gpu_failed(const struct event *event);

#endif
