// metric_names.h: the fields of the logs under the names and in the base units that Prometheus and OpenMetrics use.
//
// A name is whyslow_SUBJECT_WHAT_UNIT. The fields that most logs have are in a table: utilization.gpu is
// whyslow_gpu_utilization_ratio, r_await of a disk whyslow_disk_read_await_seconds, %iowait of a CPU
// whyslow_cpu_time_ratio{mode="iowait"}. Any other field keeps its name, made of a-z, 0-9 and "_", and has the label
// `quantity` with its name as printed.
#ifndef WHYSLOW_REPORTS_METRIC_NAMES_H
#define WHYSLOW_REPORTS_METRIC_NAMES_H

#include "core/recording.h"

struct arena;

struct metric_name {
    const char *family;  // "whyslow_disk_read_await_seconds"
    const char *unit;    // the end of the name that is a unit: "seconds", "ratio", "bytes", …; "" if none
    const char *help;    // one line
    double scale;        // a value in the unit of the log times this is one in the base unit
    const char *label, *label_value;  // what tells it from others of the family; NULL if nothing does
};

// The metric of a field. Owned by the arena.
struct metric_name metric_name_of(struct arena *arena, enum entity_kind kind, const char *quantity, enum unit unit);

// The label that names an entity of this kind ("gpu", "device", "cpu", "interface", "mountpoint", "process"); NULL for
// what there is only one of on a host.
const char *metric_entity_label(enum entity_kind kind);

#endif
