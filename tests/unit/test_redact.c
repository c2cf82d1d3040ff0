// What may leave the house: names replaced, the same by the same, numbers and devices untouched.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/diagnosis.h"
#include "core/recording.h"
#include "reports/redact.h"
#include "tests/unit/sample_diagnosis.h"

static struct recording *secrets(void) {
    struct recording *recording = recording_new();
    struct source *gpu = recording_source(recording, "/home/alice/runs/node07/gpu.csv", "");
    gpu->host = "node07.example.org";
    struct source *disk = recording_source(recording, "case.tar.gz", "other/node07-disk.log");
    disk->host = "node12";
    recording_source(recording, "elsewhere/gpu.csv", "");
    source_fact(disk, TEXT("sda"), "serial", TEXT("S3Z8NB0K123456X"), 9);
    source_fact(disk, TEXT("nfs:/data"), "export", TEXT("filer3:/vol/data"), 10);
    source_event(disk, 0, 4, EVENT_NOTE, TEXT("sda"), TEXT("node12 kernel: sda of S3Z8NB0K123456X failed"), 0);
    source_problem(gpu, 3, SEVERITY_WARNING, "%s", "cannot open /home/alice/data/train.bin");
    return recording;
}

static void test_texts(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"node07 and node07.example.org", "host1 and host1"},
        {"node07: read 646 ms", "host1: read 646 ms"},
        {"node070 is another", "node070 is another"},
        {"/home/alice/runs/node07/gpu.csv:12: cut", "gpu.csv:12: cut"},
        {"case.tar.gz/other/node07-disk.log:7", "host1-disk.log:7"},
        {"alice's job", "user1's job"},
        {"opened '/scratch/x/node07-a.bin'", "opened 'host1-a.bin'"},
        {"serial S3Z8NB0K123456X", "serial disk-serial-1"},
        {"bob@node12", "user2@host2"},
        {"from 10.0.0.17 and 10.0.0.18, 10.0.0.17", "from address1 and address2, address1"},
        {"GPU-5a3c9d10-1111-2222-3333-444455556666", "gpu-uuid-1"},
        {"server filer3 timed out", "server host3 timed out"},
        {"elsewhere/gpu.csv", "gpu.csv (2)"},
        // What must stay as it is.
        {"sudo smartctl -x /dev/sda", "sudo smartctl -x /dev/sda"},
        {"13.5 MB/s, 4/5, r_await/w_await, 550.54.15", "13.5 MB/s, 4/5, r_await/w_await, 550.54.15"},
        {"读取 node07 的磁盘", "读取 host1 的磁盘"},
        {"", ""},
    };
    struct recording *recording = secrets();
    struct redactor *redactor = redactor_new(recording);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(redact_text(redactor, texts[i][0]), texts[i][1]);
    assert_null(redact_text(redactor, NULL));
    redactor_free(redactor);
    recording_free(recording);
}

static void test_recording(void **state) {
    (void)state;
    struct recording *recording = secrets();
    struct redactor *redactor = redactor_new(recording);
    const struct recording *copy = redact_recording(redactor);
    assert_int_equal(copy->source_count, 3);
    assert_string_equal(source_name(copy->sources[0]), "gpu.csv");
    assert_string_equal(copy->sources[0]->host, "host1");
    assert_string_equal(copy->sources[0]->problems[0].message, "cannot open train.bin");
    assert_string_equal(source_name(copy->sources[1]), "case.tar.gz/host1-disk.log");
    assert_string_equal(copy->sources[1]->events[0].text, "host2 kernel: sda of disk-serial-1 failed");
    assert_string_equal(source_fact_value(copy->sources[1], "sda", "serial"), "disk-serial-1");
    // The original is as it was.
    assert_string_equal(recording->sources[0]->host, "node07.example.org");
    redactor_free(redactor);
    recording_free(recording);
}

static void test_diagnosis(void **state) {
    (void)state;
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){.hours = 0.2});
    struct redactor *redactor = redactor_new(d->recording);
    const struct diagnosis *copy = redact_diagnosis(redactor, d);
    assert_string_equal(copy->host, "host1");
    assert_string_equal(copy->health[0].serial, "disk-serial-1");
    assert_string_equal(copy->findings[0].evidence[0].source, "iostat.log");
    assert_string_equal(copy->verdict.entity, d->verdict.entity);
    assert_string_equal(copy->verdict.sentence, d->verdict.sentence);
    for (size_t i = 0; i < copy->clock_count; i++) {
        assert_ptr_not_equal(copy->clocks[i].source, d->clocks[i].source);
        assert_ptr_equal(copy->clocks[i].source, copy->recording->sources[i]);
    }
    assert_string_equal(d->host, "node07");
    redactor_free(redactor);
    sample_diagnosis_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_recording),
        cmocka_unit_test(test_diagnosis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
