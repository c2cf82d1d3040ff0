#include "parsers/parser.h"

#include <stddef.h>

#include "parsers/dcgm.h"
#include "parsers/dstat.h"
#include "parsers/free_log.h"
#include "parsers/gpu_wide.h"
#include "parsers/gpustat.h"
#include "parsers/hdparm.h"
#include "parsers/iostat.h"
#include "parsers/kernel_log.h"
#include "parsers/mpstat.h"
#include "parsers/nfsiostat.h"
#include "parsers/nvidia_box.h"
#include "parsers/nvidia_csv.h"
#include "parsers/nvidia_dmon.h"
#include "parsers/nvidia_q.h"
#include "parsers/pcp_iostat.h"
#include "parsers/pidstat.h"
#include "parsers/proc_loop.h"
#include "parsers/sadf.h"
#include "parsers/sar_text.h"
#include "parsers/smartctl.h"
#include "parsers/train_log.h"
#include "parsers/vmstat.h"

const struct parser parsers_table[] = {
    {"iostat-text", "iostat, with or without -x", iostat_text_bid, iostat_text_parse},
    {"iostat-json", "iostat -o JSON", iostat_json_bid, iostat_json_parse},
    {"pcp-iostat", "pcp iostat -x t", pcp_iostat_bid, pcp_iostat_parse},
    {"smartctl-json", "smartctl --json", smartctl_json_bid, smartctl_json_parse},
    {"smartctl-text", "smartctl output", smartctl_text_bid, smartctl_text_parse},
    {"vmstat", "vmstat", vmstat_bid, vmstat_parse},
    {"mpstat-text", "mpstat, per CPU or not", mpstat_text_bid, mpstat_text_parse},
    {"mpstat-json", "mpstat -o JSON", mpstat_json_bid, mpstat_json_parse},
    {"pidstat", "pidstat, with or without -h", pidstat_bid, pidstat_parse},
    {"sar-text", "sar", sar_text_bid, sar_text_parse},
    {"sadf-csv", "sadf -d", sadf_csv_bid, sadf_csv_parse},
    {"sadf-json", "sadf -j", sadf_json_bid, sadf_json_parse},
    {"sadf-tsv", "sadf -p", sadf_tsv_bid, sadf_tsv_parse},
    {"dstat-csv", "dstat --output, dool --output", dstat_csv_bid, dstat_csv_parse},
    {"dstat-text", "dstat, dool, pcp-dstat", dstat_text_bid, dstat_text_parse},
    {"nfsiostat", "nfsiostat", nfsiostat_bid, nfsiostat_parse},
    {"proc-loop", "loops over /proc/diskstats, stat, meminfo, pressure; vmstat -d", proc_loop_bid, proc_loop_parse},
    {"free", "loops of free", free_log_bid, free_log_parse},
    {"kernel-log", "kernel log (dmesg, kern.log, journalctl -k)", kernel_log_bid, kernel_log_parse},
    {"smartd-attrlog", "attribute log of smartd", smartd_attrlog_bid, smartd_attrlog_parse},
    {"hdparm", "hdparm -tT", hdparm_bid, hdparm_parse},
    {"nvidia-smi-dmon", "nvidia-smi dmon", nvidia_dmon_bid, nvidia_dmon_parse},
    {"nvidia-smi-pmon", "nvidia-smi pmon", nvidia_pmon_bid, nvidia_pmon_parse},
    {"nvidia-smi-q", "nvidia-smi -q", nvidia_q_bid, nvidia_q_parse},
    {"nvidia-smi-xml", "nvidia-smi -q -x", nvidia_xml_bid, nvidia_xml_parse},
    {"gpustat-text", "gpustat", gpustat_text_bid, gpustat_text_parse},
    {"gpustat-json", "gpustat --json", gpustat_json_bid, gpustat_json_parse},
    {"dcgmi-dmon", "dcgmi dmon", dcgmi_bid, dcgmi_parse},
    {"dcgm-csv", "samples of the DCGM exporter as CSV", dcgm_csv_bid, dcgm_csv_parse},
    {"dcgm-text", "what the DCGM exporter serves", dcgm_text_bid, dcgm_text_parse},
    {"gpu-temperatures", "thermal log of Lambda's benchmarks", gpu_wide_bid, gpu_wide_parse},
    {"nvidia-smi-csv", "nvidia-smi --query-gpu CSV", nvidia_csv_bid, nvidia_csv_parse},
    {"nvidia-smi-apps", "nvidia-smi --query-compute-apps CSV", nvidia_apps_bid, nvidia_apps_parse},
    {"nvidia-smi-retired-pages", "nvidia-smi --query-retired-pages CSV", nvidia_pages_bid, nvidia_pages_parse},
    {"nvidia-smi-table", "the table that nvidia-smi prints", nvidia_box_bid, nvidia_box_parse},
    {"train-log", "log of the training job", train_log_bid, train_log_parse},
    {NULL, NULL, NULL, NULL},
};

const struct parser *parsers_choose(struct text head, bool whole, const struct parser **tie) {
    const struct parser *best = NULL;
    int highest = BID_NONE;
    *tie = NULL;
    for (const struct parser *parser = parsers_table; parser->name != NULL; parser++) {
        int bid = parser->bid(head, whole);
        if (bid == highest && bid > BID_NONE && *tie == NULL) *tie = parser;
        if (bid > highest) {
            highest = bid;
            best = parser;
            *tie = NULL;
        }
    }
    return best;
}

const struct parser *parsers_for_columns(struct text head, bool whole, const char *columns,
                                         const struct parser *chosen) {
    if (columns == NULL || (chosen != NULL && chosen->bid(head, whole) >= BID_LIKELY)) return chosen;
    if (!nvidia_csv_named(head, columns)) return chosen;
    const struct parser *parser = parsers_table;
    while (parser->name != NULL && parser->parse != nvidia_csv_parse) parser++;
    return parser;
}
