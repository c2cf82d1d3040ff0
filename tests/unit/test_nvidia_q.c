#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static void check_value(const struct parsed *log, const char *entity, const char *quantity, size_t row,
                        double expected) {
    double value = parsed_value(log, entity, quantity, row);
    if (value != expected) fail_msg("%s %s [%zu] is %g instead of %g", entity, quantity, row, value, expected);
}

#define Q_HEAD(second)                                                     \
    "\n==============NVSMI LOG==============\n\n"                          \
    "Timestamp                                 : Mon Nov 20 22:25:" second \
    " 2023\n"                                                              \
    "Driver Version                            : 535.129.03\n"             \
    "CUDA Version                              : 12.2\n\n"                 \
    "Attached GPUs                             : 2\n"
#define Q_GPU(bus, used, load)                                                           \
    "GPU 00000000:" bus                                                                  \
    ":00.0\n"                                                                            \
    "    Product Name                          : NVIDIA A100 80GB PCIe\n"                \
    "    MIG Mode\n"                                                                     \
    "        Current                           : Disabled\n"                             \
    "    PCI\n"                                                                          \
    "        GPU Link Info\n"                                                            \
    "            PCIe Generation\n"                                                      \
    "                Max                       : 4\n"                                    \
    "                Current                   : 1\n"                                    \
    "            Link Width\n"                                                           \
    "                Max                       : 16x\n"                                  \
    "                Current                   : 8x\n"                                   \
    "        Replays Since Reset               : 13\n"                                   \
    "        Tx Throughput                     : 352000 KB/s\n"                          \
    "        Rx Throughput                     : -1635107216 KB/s\n"                     \
    "    Fan Speed                             : N/A\n"                                  \
    "    Performance State                     : P0\n"                                   \
    "    Clocks Event Reasons\n"                                                         \
    "        Idle                              : Not Active\n"                           \
    "        SW Power Cap                      : Active\n"                               \
    "        HW Slowdown                       : Not Active\n"                           \
    "            HW Thermal Slowdown           : Active\n"                               \
    "    FB Memory Usage\n"                                                              \
    "        Total                             : 81920 MiB\n"                            \
    "        Used                              : " used                                  \
    " MiB\n"                                                                             \
    "    BAR1 Memory Usage\n"                                                            \
    "        Total                             : 131072 MiB\n"                           \
    "        Used                              : 1 MiB\n"                                \
    "    Utilization\n"                                                                  \
    "        Gpu                               : " load                                  \
    " %\n"                                                                               \
    "    ECC Errors\n"                                                                   \
    "        Volatile\n"                                                                 \
    "            SRAM Uncorrectable            : 1\n"                                    \
    "            DRAM Uncorrectable            : 2\n"                                    \
    "        Aggregate\n"                                                                \
    "            DRAM Uncorrectable            : 900\n"                                  \
    "    Temperature\n"                                                                  \
    "        GPU Current Temp                  : 61 C\n"                                 \
    "        GPU T.Limit Temp                  : -2 C\n"                                 \
    "    GPU Power Readings\n"                                                           \
    "        Average Power Draw                : 69.85 W\n"                              \
    "        Current Power Limit               : 300.00 W [Deprecated; see the notes]\n" \
    "    Module Power Readings\n"                                                        \
    "        Power Draw                        : 999 W\n"                                \
    "    Clocks\n"                                                                       \
    "        SM                                : 1410 MHz\n"                             \
    "    Max Clocks\n"                                                                   \
    "        SM                                : 1755 MHz\n"

static void names_have_a_meaning_in_their_section(void **state) {
    (void)state;
    struct parsed log = parsed_text("$ nvidia-smi -q -l 5\n" Q_HEAD("05") Q_GPU("06", "4", "97") Q_GPU("07", "5", "96")
                                        Q_HEAD("10") Q_GPU("06", "6", "98") Q_GPU("07", "7", "95"));
    assert_string_equal(log.source->format, "nvidia-smi-q");
    assert_string_equal(log.source->tool_version, "535.129.03");
    check_value(&log, "gpu0", "utilization.gpu", 1, 98);
    check_value(&log, "gpu1", "memory.used", 1, 7);
    check_value(&log, "gpu0", "memory.total", 0, 81920);
    check_value(&log, "gpu0", "bar1.used", 0, 1);
    check_value(&log, "gpu0", "pcie.link.gen.current", 0, 1);
    check_value(&log, "gpu0", "pcie.link.gen.max", 0, 4);
    check_value(&log, "gpu0", "pcie.link.width.current", 0, 8);
    check_value(&log, "gpu0", "pcie.replays", 0, 13);
    check_value(&log, "gpu0", "pcie.tx", 0, 352);
    assert_true(isnan(parsed_value(&log, "gpu0", "pcie.rx", 0)));
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0, 1);
    check_value(&log, "gpu0", "clocks_event_reasons.hw_slowdown", 0, 0);
    check_value(&log, "gpu0", "clocks_event_reasons.hw_thermal_slowdown", 0, 1);
    check_value(&log, "gpu0", "ecc.errors.uncorrected.volatile.total", 0, 3);
    check_value(&log, "gpu0", "temperature.gpu", 0, 61);
    check_value(&log, "gpu0", "temperature.gpu.tlimit", 0, -2);
    check_value(&log, "gpu0", "power.draw.average", 0, 69.85);
    check_value(&log, "gpu0", "power.draw", 0, 69.85);
    check_value(&log, "gpu0", "enforced.power.limit", 0, 300);
    check_value(&log, "gpu0", "clocks.current.sm", 0, 1410);
    check_value(&log, "gpu0", "clocks.max.sm", 0, 1755);
    assert_string_equal(source_fact_value(log.source, "gpu1", "pci.bus_id"), "00000000:07:00.0");
    assert_int_equal(source_find(log.source, "gpu0")->time[1], 1700519110000);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void slices_of_a_gpu_are_not_the_gpu(void **state) {
    (void)state;
    struct parsed log = parsed_text(Q_HEAD("05") Q_GPU(
        "06", "4", "97") "    MIG Device\n        Index                             : 0\n"
                         "        FB Memory Usage\n            Used                          : 777 MiB\n");
    check_value(&log, "gpu0", "memory.used", 0, 4);
    parsed_free(&log);
}

static void a_sick_gpu_is_an_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(Q_HEAD(
        "05") "GPU 00000000:06:00.0\n    Fan Speed                             : Unknown Error\n"
              "    Clocks Event Reasons                  : Unknown Error\n"
              "    Temperature\n        GPU Current Temp                  : Unknown Error\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 1);
    assert_string_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->entity, "gpu0");
    assert_true(isnan(parsed_value(&log, "gpu0", "temperature.gpu", 0)));
    parsed_free(&log);
}

#define XML_HEAD(second)                                          \
    "<?xml version=\"1.0\" ?>\n"                                  \
    "<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n" \
    "<nvidia_smi_log>\n"                                          \
    "  <timestamp>Mon Nov 20 22:25:" second                       \
    " 2023</timestamp>\n"                                         \
    "  <driver_version>535.129.03</driver_version>\n"
#define XML_GPU(bus, load)                                                                                \
    "  <gpu id=\"00000000:" bus                                                                           \
    ":00.0\">\n"                                                                                          \
    "    <product_name>NVIDIA A100 80GB PCIe</product_name>\n"                                            \
    "    <uuid>GPU-" bus                                                                                  \
    "</uuid>\n"                                                                                           \
    "    <mig_devices><mig_device><fb_memory_usage><used>777 "                                            \
    "MiB</used></fb_memory_usage></mig_device></mig_devices>\n"                                           \
    "    <pci><pci_gpu_link_info><pcie_gen><max_link_gen>4</max_link_gen></pcie_gen></pci_gpu_link_info>" \
    "<rx_util>439 KB/s</rx_util></pci>\n"                                                                 \
    "    <fb_memory_usage><total>81920 MiB</total><used>4 MiB</used></fb_memory_usage>\n"                 \
    "    <utilization><gpu_util>" load                                                                    \
    " %</gpu_util><memory_util>N/A</memory_util></utilization>\n"                                         \
    "    <clocks_throttle_reasons><clocks_throttle_reason_sw_power_cap>Active"                            \
    "</clocks_throttle_reason_sw_power_cap></clocks_throttle_reasons>\n"                                  \
    "    <gpu_power_readings><power_draw>N/A</power_draw><average_power_draw>8.81 W</average_power_draw>" \
    "</gpu_power_readings>\n"                                                                             \
    "    <module_power_readings><power_draw>999 W</power_draw></module_power_readings>\n"                 \
    "    <processes><process_info><used_memory>55 MiB</used_memory></process_info></processes>\n"         \
    "  </gpu>\n"

static void pages_tell_once_what_the_driver_asks_for(void **state) {
    (void)state;
#define ASKED(words) "    GPU Recovery Action                   : " words "\n"
    struct parsed log = parsed_text(Q_HEAD("05") Q_GPU("06", "4", "97") ASKED("None") Q_HEAD("10") Q_GPU(
        "06", "4", "97") ASKED("Drain and Reset") Q_HEAD("15") Q_GPU("06", "4", "97") ASKED("Drain and Reset"));
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 1);
    assert_string_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->text, "gpu_recovery_action: Drain and Reset");
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->time, 1700519110000);
    parsed_free(&log);
    log = parsed_text(XML_HEAD(
        "05") "<gpu "
              "id=\"00000000:06:00.0\"><gpu_recovery_action>Reboot</gpu_recovery_action></gpu></nvidia_smi_log>\n");
    assert_string_equal(source_fact_value(log.source, "gpu0", "gpu_recovery_action"), "Reboot");
    parsed_free(&log);
}

static void documents_follow_one_another(void **state) {
    (void)state;
    struct parsed log = parsed_text(XML_HEAD("05") XML_GPU("06", "97") XML_GPU(
        "07", "96") "</nvidia_smi_log>\n" XML_HEAD("10") XML_GPU("06", "98") XML_GPU("07", "95") "</nvidia_smi_log>\n");
    assert_string_equal(log.source->format, "nvidia-smi-xml");
    check_value(&log, "gpu0", "utilization.gpu", 1, 98);
    check_value(&log, "gpu1", "utilization.gpu", 0, 96);
    check_value(&log, "gpu0", "memory.used", 0, 4);
    check_value(&log, "gpu0", "pcie.link.gen.max", 0, 4);
    check_value(&log, "gpu0", "pcie.rx", 0, 0.439);
    check_value(&log, "gpu0", "power.draw.average", 0, 8.81);
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0, 1);
    assert_true(isnan(parsed_value(&log, "gpu0", "utilization.memory", 0)));
    assert_string_equal(source_fact_value(log.source, "gpu1", "uuid"), "GPU-07");
    assert_string_equal(source_fact_value(log.source, "gpu1", "driver_version"), "535.129.03");
    assert_int_equal(source_find(log.source, "gpu0")->time[1], 1700519110000);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void a_broken_document_costs_only_itself(void **state) {
    (void)state;
    struct parsed log = parsed_text(XML_HEAD("05") XML_GPU("06", "97") "  <gpu id=\"x\"><utilization></gpu>\n" XML_HEAD(
        "10") XML_GPU("06", "98") "</nvidia_smi_log>\nDone.\n" XML_HEAD("15") XML_GPU("06", "99"));
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    check_value(&log, "gpu0", "utilization.gpu", 2, 99);
    assert_true(parsed_problem(&log, "the XML is broken here"));
    assert_true(parsed_problem(&log, "the file ends inside a document"));
    assert_int_equal(log.source->skipped_lines, 2);
    parsed_free(&log);
}

static void entities_are_not_expanded(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n"
        "<nvidia_smi_log><gpu id=\"x\"><uuid>&b;</uuid></gpu></nvidia_smi_log>\n");
    assert_int_equal(log.source->samples, 0);
    assert_true(parsed_problem(&log, "the XML is broken here"));
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_a_meaning_in_their_section),
        cmocka_unit_test(slices_of_a_gpu_are_not_the_gpu),
        cmocka_unit_test(a_sick_gpu_is_an_event),
        cmocka_unit_test(documents_follow_one_another),
        cmocka_unit_test(pages_tell_once_what_the_driver_asks_for),
        cmocka_unit_test(a_broken_document_costs_only_itself),
        cmocka_unit_test(entities_are_not_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
