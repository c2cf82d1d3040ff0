// Paths become sources: files, directories, archives, rotated sets, hosts.
#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/recording.h"
#include "parsers/digest.h"
#include "parsers/reader.h"
#include "parsers/rotated.h"
#include "parsers/unpack.h"

// ── a directory of its own for each test ────────────────────────────────────

static int enter(void **state) {
    char *directory = strdup("/tmp/whyslow-test-XXXXXX");
    if (directory == NULL || mkdtemp(directory) == NULL || chdir(directory) != 0) return -1;
    *state = directory;
    return 0;
}

static int leave(void **state) {
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    int status = chdir("/") + system(command);
    free(*state);
    return status;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

// Ten rows of a GPU log, ten seconds from `minute` on.
static const char *gpu_log(int minute) {
    static char text[4][1024];
    static int next;
    char *to = text[next = (next + 1) % 4];
    int used = snprintf(to, 1024, "timestamp, index, utilization.gpu [%%]\n");
    for (int i = 0; i < 10; i++)
        used += snprintf(to + used, 1024 - (size_t)used, "2024/05/06 07:%02d:%02d.000, 0, %d %%\n", minute, i, 50 + i);
    return to;
}

static const char *disk_log(const char *host) {
    static char text[1024];
    snprintf(text, sizeof text,
             "Linux 6.1.0 (%s) \t05/06/24 \t_x86_64_\t(8 CPU)\n\n05/06/24 07:20:00\n"
             "Device             tps    kB_read/s    kB_wrtn/s    kB_read    kB_wrtn\n"
             "sda               1.00        10.00        20.00        100        200\n\n",
             host);
    return text;
}

struct packed {
    const char *name, *text;
};

static void pack(const char *path, int filter, int format, const struct packed *files, size_t count) {
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_set_format(archive, format), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, files[i].name);
        archive_entry_set_size(entry, (la_int64_t)strlen(files[i].text));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_mtime(entry, 1714979289, 250000000);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(archive, files[i].text, strlen(files[i].text)), strlen(files[i].text));
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
}

static struct recording *read_with(const struct read_options *options, bool wanted, const char *path) {
    struct recording *recording = recording_new();
    char copy[256];
    snprintf(copy, sizeof copy, "%s", path);
    char *paths[] = {copy};
    assert_int_equal(read_paths(recording, paths, 1, options), wanted);
    return recording;
}

static struct recording *read_path(const char *path) {
    static const struct read_options options = {.join_rotated = true};
    return read_with(&options, true, path);
}

static bool has_problem(const struct source *source, const char *words) {
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++)
        if (strstr(source->problems[i].message, words) != NULL) return true;
    return false;
}

static size_t rows_of(const struct source *source, const char *entity) {
    const struct table *table = source_find(source, entity);
    return table == NULL ? 0 : table->row_count;
}

// ── tests ───────────────────────────────────────────────────────────────────

static void digests_are_sha256(void **state) {
    (void)state;
    char hex[DIGEST_SIZE];
    struct digest *digest = digest_new();
    digest_add(digest, "ab", 2);
    digest_add(digest, "c", 1);
    digest_end(digest, hex);
    digest_free(digest);
    // FIPS 180-2, appendix B.1.
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void one_file(void **state) {
    (void)state;
    write_file("gpu.csv", gpu_log(0));
    struct recording *recording = read_path("gpu.csv");
    assert_int_equal(recording->source_count, 1);
    const struct source *source = recording->sources[0];
    assert_string_equal(source->path, "gpu.csv");
    assert_string_equal(source->member, "");
    assert_int_equal(rows_of(source, "gpu0"), 10);
    assert_int_equal(source->bytes, strlen(gpu_log(0)));
    assert_int_equal(strlen(source->sha256), 64);
    assert_int_equal(source->lines, 11);
    struct stat status;
    assert_int_equal(stat("gpu.csv", &status), 0);
    assert_int_equal(source->modified / 1000, status.st_mtim.tv_sec);
    recording_free(recording);
}

static void directories_are_searched_in_order(void **state) {
    (void)state;
    assert_int_equal(mkdir("run", 0755), 0);
    assert_int_equal(mkdir("run/b", 0755), 0);
    assert_int_equal(mkdir("run/.hidden", 0755), 0);
    assert_int_equal(mkdir("run/report", 0755), 0);
    write_file("run/z.csv", gpu_log(0));
    write_file("run/b/gpu.csv", gpu_log(20));
    write_file("run/B.csv", gpu_log(40));
    write_file("run/.hidden/gpu.csv", gpu_log(0));
    write_file("run/.gpu.csv", gpu_log(0));
    write_file("run/report/report.json", "{\"schema\": \"whyslow.report/1\"}");
    write_file("run/report/report.md", "of an earlier run");
    assert_int_equal(symlink(".", "run/loop"), 0);
    assert_int_equal(symlink("z.csv", "run/link.csv"), 0);
    assert_int_equal(symlink("nowhere", "run/dangling"), 0);
    struct recording *recording = read_path("run");
    assert_int_equal(recording->source_count, 4);
    assert_string_equal(recording->sources[0]->path, "run/B.csv");
    assert_string_equal(recording->sources[1]->path, "run/b/gpu.csv");
    assert_string_equal(recording->sources[2]->path, "run/link.csv");
    assert_string_equal(recording->sources[3]->path, "run/z.csv");
    recording_free(recording);
}

static void missing_paths_and_limits_are_said(void **state) {
    (void)state;
    static const struct read_options plain = {0};
    struct recording *recording = read_with(&plain, false, "nosuch");
    assert_int_equal(recording->source_count, 1);
    assert_true(has_problem(recording->sources[0], "No such file"));
    recording_free(recording);
    assert_int_equal(mkdir("many", 0755), 0);
    char name[32];
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "many/%d.csv", i);
        write_file(name, gpu_log(i));
    }
    static const struct read_options few = {.file_limit = 5};
    recording = read_with(&few, true, "many");
    assert_int_equal(recording->source_count, 6);
    assert_true(has_problem(recording->sources[5], "--file-limit"));
    recording_free(recording);
    recording = read_with(&plain, false, "/dev/zero");
    assert_true(has_problem(recording->sources[0], "device"));
    recording_free(recording);
}

static void compressed_files(void **state) {
    (void)state;
    static const struct {
        const char *path;
        int filter;
    } kinds[] = {{"gpu.csv.gz", ARCHIVE_FILTER_GZIP},
                 {"gpu.csv.xz", ARCHIVE_FILTER_XZ},
                 {"gpu.csv.zst", ARCHIVE_FILTER_ZSTD},
                 {"gpu.csv.bz2", ARCHIVE_FILTER_BZIP2}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct packed file = {"gpu.csv", gpu_log(0)};
        pack(kinds[i].path, kinds[i].filter, ARCHIVE_FORMAT_RAW, &file, 1);
        struct recording *recording = read_path(kinds[i].path);
        assert_int_equal(recording->source_count, 1);
        assert_string_equal(recording->sources[0]->member, "");
        assert_int_equal(rows_of(recording->sources[0], "gpu0"), 10);
        assert_int_equal(recording->sources[0]->bytes, strlen(gpu_log(0)));
        recording_free(recording);
    }
}

static void archives_and_what_lies_in_them(void **state) {
    (void)state;
    const struct packed files[] = {{"logs/gpu.csv", gpu_log(0)},
                                   {"../../etc/gpu.csv", gpu_log(20)},
                                   {"logs/._gpu.csv", gpu_log(0)},
                                   {"logs/notes", "nothing of interest\n"}};
    static const int formats[] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        pack("case", i == 0 ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_NONE, formats[i], files, 4);
        struct recording *recording = read_path("case");
        assert_int_equal(recording->source_count, 3);
        assert_string_equal(recording->sources[0]->member, "logs/gpu.csv");
        assert_string_equal(source_name(recording->sources[1]), "case/../../etc/gpu.csv");
        assert_int_equal(rows_of(recording->sources[1], "gpu0"), 10);
        assert_null(recording->sources[2]->format);
        assert_string_equal(recording->sources[0]->sha256, recording->sources[2]->sha256);
        // A zip states no zone: its times would depend on the machine that reads them.
        millis wanted = formats[i] == ARCHIVE_FORMAT_ZIP ? MILLIS_NONE : INT64_C(1714979289000);
        assert_true(recording->sources[0]->modified == wanted || recording->sources[0]->modified == wanted + 250);
        recording_free(recording);
    }
}

static void archives_in_archives(void **state) {
    (void)state;
    struct packed inner = {"gpu.csv", gpu_log(0)};
    pack("inner.gz", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, &inner, 1);
    // The packed bytes hold NULs: they are read back and packed as they are.
    FILE *file = fopen("inner.gz", "rb");
    assert_non_null(file);
    char bytes[4096];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct archive *archive = archive_write_new();
    archive_write_set_format_pax_restricted(archive);
    assert_int_equal(archive_write_open_filename(archive, "outer.tar"), ARCHIVE_OK);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "host/gpu.csv.gz");
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(archive, entry);
    archive_write_data(archive, bytes, size);
    archive_entry_free(entry);
    archive_write_close(archive);
    archive_write_free(archive);
    struct recording *recording = read_path("outer.tar");
    assert_int_equal(recording->source_count, 1);
    assert_string_equal(recording->sources[0]->member, "host/gpu.csv.gz");
    assert_int_equal(rows_of(recording->sources[0], "gpu0"), 10);
    recording_free(recording);
}

static void limits_of_unpacking_are_named(void **state) {
    (void)state;
    size_t size = 3 << 20;
    char *text = malloc(size + 1);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, size, "timestamp, index, utilization.gpu [%%]\n");
    while (used + 60 < size) used += (size_t)snprintf(text + used, size - used, "2024/05/06 07:08:09.000, 0, 50 %%\n");
    struct packed file = {"gpu.csv", text};
    pack("big.gz", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, &file, 1);
    static const struct read_options small = {.member_limit = 1 << 20};
    struct recording *recording = read_with(&small, true, "big.gz");
    assert_true(has_problem(recording->sources[0], "--unpack-limit"));
    assert_true(rows_of(recording->sources[0], "gpu0") > 1000);  // what came before is used
    recording_free(recording);
    recording = read_path("big.gz");
    assert_false(has_problem(recording->sources[0], "--unpack"));
    recording_free(recording);
    free(text);
}

static void what_is_packed_is_known_by_its_bytes(void **state) {
    (void)state;
    static const unsigned char gz[] = {0x1f, 0x8b, 8, 0};
    assert_true(unpack_wanted(gz, sizeof gz));
    assert_false(unpack_wanted(gz, 2));
    assert_false(unpack_wanted((const unsigned char *)"BZh is a word here", 18));
    unsigned char zeros[512] = {0};
    assert_false(unpack_wanted(zeros, sizeof zeros));
    unsigned char blanks[512];
    memset(blanks, ' ', sizeof blanks);
    assert_false(unpack_wanted(blanks, sizeof blanks));
}

static void rotation_is_known_by_the_name(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"gpu.log", "gpu.log"},
        {"gpu.log.1", "gpu.log"},
        {"gpu.log.12.gz", "gpu.log"},
        {"gpu.log.gz", "gpu.log"},
        {"d/gpu.log-20240506", "d/gpu.log"},
        {"gpu.log-20240506.xz", "gpu.log"},
        {"gpu.log-20240506-1714979289.gz", "gpu.log"},
        {"gpu.log.2024-05-06", "gpu.log"},
        {"run1", "run1"},
        {"gpu_20240506_0708.csv", "gpu_20240506_0708.csv"},
        {".1", ".1"},
        {"", ""},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(rotated_stem(arena, cases[i][0]), cases[i][1]);
    arena_free(arena);
}

static void rotated_sets_are_joined_in_time_order(void **state) {
    (void)state;
    assert_int_equal(mkdir("logs", 0755), 0);
    write_file("logs/gpu.log", gpu_log(40));
    write_file("logs/gpu.log.1", gpu_log(20));
    struct packed oldest = {"gpu.log.2", gpu_log(0)};
    pack("logs/gpu.log.2.gz", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, &oldest, 1);
    struct recording *recording = read_path("logs");
    assert_int_equal(recording->source_count, 1);
    const struct source *source = recording->sources[0];
    assert_string_equal(source->path, "logs/gpu.log");
    assert_int_equal(source->part_count, 3);
    assert_string_equal(source->parts[0].path, "logs/gpu.log.2.gz");
    assert_int_equal(source->parts[1].first_line, 12);
    const struct table *table = source_find(source, "gpu0");
    assert_non_null(table);
    assert_int_equal(table->row_count, 30);
    for (size_t i = 1; i < 30; i++) {
        assert_true(table->time[i] > table->time[i - 1]);
        assert_true(table->line[i] > table->line[i - 1]);
    }
    assert_int_equal(source->samples, 30);
    recording_free(recording);
    static const struct read_options apart = {0};
    recording = read_with(&apart, true, "logs");
    assert_int_equal(recording->source_count, 3);
    recording_free(recording);
}

static void sets_that_overlap_stay_apart(void **state) {
    (void)state;
    assert_int_equal(mkdir("logs", 0755), 0);
    write_file("logs/gpu.log", gpu_log(20));
    write_file("logs/gpu.log.1", gpu_log(20));
    struct recording *recording = read_path("logs");
    assert_int_equal(recording->source_count, 2);
    assert_true(has_problem(recording->sources[0], "kept apart"));
    recording_free(recording);
}

static void directories_that_cannot_be_one_machine_are_hosts(void **state) {
    (void)state;
    assert_int_equal(mkdir("logs", 0755) + mkdir("logs/node1", 0755) + mkdir("logs/node2", 0755), 0);
    write_file("logs/node1/gpu.csv", gpu_log(20));
    write_file("logs/node2/gpu.csv", gpu_log(20));
    struct recording *recording = read_path("logs");
    assert_int_equal(recording->source_count, 2);
    assert_string_equal(recording->sources[0]->host, "node1");
    assert_string_equal(recording->sources[1]->host, "node2");
    recording_free(recording);
    // One after the other: two runs of one machine may be.
    write_file("logs/node2/gpu.csv", gpu_log(40));
    recording = read_path("logs");
    assert_string_equal(recording->sources[0]->host, "");
    recording_free(recording);
}

static void a_directory_called_as_its_host_makes_hosts_of_its_siblings(void **state) {
    (void)state;
    assert_int_equal(mkdir("logs", 0755) + mkdir("logs/node1", 0755) + mkdir("logs/node2", 0755), 0);
    write_file("logs/node1/gpu.csv", gpu_log(20));
    write_file("logs/node2/disk.log", disk_log("node2.example.org"));
    struct recording *recording = read_path("logs");
    assert_string_equal(recording->sources[0]->host, "node1");
    assert_string_equal(recording->sources[1]->host, "node2.example.org");
    recording_free(recording);
    // A name that no directory has says nothing of the other directory.
    write_file("logs/node2/disk.log", disk_log("ml-07"));
    recording = read_path("logs");
    assert_string_equal(recording->sources[0]->host, "");
    recording_free(recording);
}

static void two_tools_in_one_file(void **state) {
    (void)state;
    static const char report[] =
        "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await "
        "wareq-sz  aqu-sz  %util\n"
        "sda              7.00    700.00     0.00   0.00   87.00   100.00    0.00      0.00     0.00   0.00    0.00    "
        " "
        "0.00    1.00  99.00\n\n";
    FILE *file = fopen("all.log", "wb");
    assert_non_null(file);
    fputs(gpu_log(0), file);
    fprintf(file, "Linux 5.15.0 (node7) \t05/06/2024 \t_x86_64_\t(8 CPU)\n\n");
    for (int i = 0; i < 5; i++) fputs(report, file);
    fclose(file);
    struct recording *recording = read_path("all.log");
    assert_int_equal(recording->source_count, 2);
    bool gpu_first = strcmp(recording->sources[0]->format, "nvidia-smi-csv") == 0;
    const struct source *gpu = recording->sources[gpu_first ? 0 : 1];
    const struct source *disk = recording->sources[gpu_first ? 1 : 0];
    assert_string_equal(gpu->format, "nvidia-smi-csv");
    assert_int_equal(rows_of(gpu, "gpu0"), 10);
    assert_true(recording->sources[0]->skipped_lines <= 1);
    assert_false(gpu->refused);
    assert_true(has_problem(recording->sources[0], "were read as"));
    assert_int_equal(rows_of(disk, "sda"), 4);  // the first report is since boot
    assert_int_equal(source_find(disk, "sda")->line[0], 18);
    assert_string_equal(disk->sha256, gpu->sha256);
    recording_free(recording);
}

static void mostly_unreadable_logs_are_refused(void **state) {
    (void)state;
    FILE *file = fopen("gpu.csv", "wb");
    assert_non_null(file);
    fputs(gpu_log(0), file);
    for (int i = 0; i < 200; i++) fprintf(file, "2024/05/06 07:08:09.000, 0, 9 %%, 1, 2, 3, %d\n", i);
    fclose(file);
    struct recording *recording = read_path("gpu.csv");
    const struct source *source = recording->sources[0];
    assert_true(source->refused);
    assert_true(has_problem(source, "could not be used"));
    recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_sha256),
        cmocka_unit_test_setup_teardown(one_file, enter, leave),
        cmocka_unit_test_setup_teardown(directories_are_searched_in_order, enter, leave),
        cmocka_unit_test_setup_teardown(missing_paths_and_limits_are_said, enter, leave),
        cmocka_unit_test_setup_teardown(compressed_files, enter, leave),
        cmocka_unit_test_setup_teardown(archives_and_what_lies_in_them, enter, leave),
        cmocka_unit_test_setup_teardown(archives_in_archives, enter, leave),
        cmocka_unit_test_setup_teardown(limits_of_unpacking_are_named, enter, leave),
        cmocka_unit_test(what_is_packed_is_known_by_its_bytes),
        cmocka_unit_test(rotation_is_known_by_the_name),
        cmocka_unit_test_setup_teardown(rotated_sets_are_joined_in_time_order, enter, leave),
        cmocka_unit_test_setup_teardown(sets_that_overlap_stay_apart, enter, leave),
        cmocka_unit_test_setup_teardown(directories_that_cannot_be_one_machine_are_hosts, enter, leave),
        cmocka_unit_test_setup_teardown(a_directory_called_as_its_host_makes_hosts_of_its_siblings, enter, leave),
        cmocka_unit_test_setup_teardown(two_tools_in_one_file, enter, leave),
        cmocka_unit_test_setup_teardown(mostly_unreadable_logs_are_refused, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
