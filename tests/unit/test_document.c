// The document: every section, the same words everywhere, nothing that harms a writer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/text.h"
#include "reports/document.h"
#include "reports/markdown_text.h"
#include "reports/shown.h"
#include "reports/writer.h"
#include "tests/unit/sample_diagnosis.h"

static const struct report_options options = {.formats = REPORT_ALL, .command_line = "whyslow analyze logs"};

static void test_sections_in_order(void **state) {
    (void)state;
    static const char *const ids[] = {"summary",   "timeline", "evidence", "loss",         "health",
                                      "ruled-out", "quality",  "events",   "correlations", "provenance"};
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    struct document *document = document_new(d, &options);
    assert_int_equal(document->section_count, sizeof ids / sizeof *ids);
    for (size_t i = 0; i < document->section_count; i++) assert_string_equal(document->sections[i].id, ids[i]);
    assert_int_equal(document->created, d->end);
    document_free(document);
    sample_diagnosis_free(d);
}

static void test_tables_hold_every_row(void **state) {
    (void)state;
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    struct document *document = document_new(d, &options);
    const struct {
        const char *id;
        size_t rows;
    } tables[] = {{"findings", d->finding_count},
                  {"evidence", 5},
                  {"loss", d->loss_count},
                  {"phases", d->phase_count},
                  {"ruled_out", d->ruled_out_count},
                  {"correlations", d->correlation_count},
                  {"changes", d->change_count},
                  {"anomalies", d->anomaly_count},
                  {"alerts", d->alert_count},
                  {"clocks", d->clock_count},
                  {"rules", d->rule_count},
                  {"inputs", 5},
                  {"disks", d->health_count},
                  {"counters", 4},
                  {"problems", 2}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct sheet *sheet = document_sheet(document, tables[i].id);
        assert_non_null(sheet);
        assert_int_equal(sheet->row_count, tables[i].rows);
        assert_in_range(sheet->head_count, 2, HEADS_MOST);
        for (size_t k = 0; k < sheet->row_count * sheet->head_count; k++) assert_non_null(sheet->cells[k].text);
    }
    assert_null(document_sheet(document, "no such table"));
    document_free(document);
    sample_diagnosis_free(d);
}

static void assert_presentable(const char *text) {
    assert_non_null(text);
    for (const char *at = text; *at != '\0';) {
        size_t step = text_utf8(text_of(at));
        assert_true(step > 0);
        assert_true((unsigned char)*at >= 0x20);
        at += step;
    }
}

static void test_hostile_names_become_presentable(void **state) {
    (void)state;
    static const char *const names[] = {"=cmd|' /C calc'!A0", "\x01\x02\n\xff", "\xe2\x80\xae -> evil", "<script>|`x`"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        struct diagnosis *d = sample_diagnosis(&(struct sample_options){.disk = names[n], .hours = 0.3});
        struct document *document = document_new(d, &options);
        assert_presentable(document->title);
        for (size_t i = 0; i < document->section_count; i++) {
            const struct section *section = &document->sections[i];
            for (size_t k = 0; k < section->block_count; k++) {
                assert_presentable(section->blocks[k].text);
                const struct sheet *sheet = section->blocks[k].sheet;
                for (size_t c = 0; sheet != NULL && c < sheet->row_count * sheet->head_count; c++)
                    assert_presentable(sheet->cells[c].text);
            }
        }
        document_free(document);
        sample_diagnosis_free(d);
    }
}

static void test_missing_numbers_are_blank(void **state) {
    (void)state;
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    struct document *document = document_new(d, &options);
    const struct sheet *phases = document_sheet(document, "phases");
    // The silent phase has neither a loss nor a utilisation.
    const struct cell *silent = phases->cells + 2 * phases->head_count;
    assert_string_equal(silent[3].text, "no-data");
    assert_int_equal(silent[6].kind, CELL_BLANK);
    assert_int_equal(silent[7].kind, CELL_BLANK);
    document_free(document);
    sample_diagnosis_free(d);
}

static void test_zone_is_always_stated(void **state) {
    (void)state;
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){.no_zone = true});
    struct document *document = document_new(d, &options);
    assert_non_null(strstr(document_sheet(document, "phases")->heads[0].name, "no zone stated"));
    assert_non_null(strstr(document->subtitle, "no zone stated"));
    document_free(document);
    sample_diagnosis_free(d);
}

static void test_names_are_cut_in_the_middle(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(shown_name(arena, "abcdefghij", 10), "abcdefghij");
    assert_string_equal(shown_name(arena, "abcdefghijk", 7), "abc\xe2\x80\xa6ijk");
    assert_string_equal(shown_name(arena, "\xe7\xa3\x81\xe7\x9b\x98\xe7\xa3\x81\xe7\x9b\x98", 3),
                        "\xe7\xa3\x81\xe2\x80\xa6\xe7\x9b\x98");
    assert_string_equal(shown_share(arena, 0.004), "< 1 %");
    assert_string_equal(shown_share(arena, 0), "0 %");
    arena_free(arena);
}

static void test_markdown_is_disarmed(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(markdown_escape(arena, "a|b<c>*d*_e_`f`[g]@all#1!2~3$4\\"),
                        "a&#124;b&lt;c&gt;\\*d\\*\\_e\\_\\`f\\`\\[g\\]&#64;all&#35;1&#33;2&#126;3&#36;4\\\\");
    assert_string_equal(jira_escape(arena, "{color}|x"), "\\{color\\}\\|x");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections_in_order),
        cmocka_unit_test(test_tables_hold_every_row),
        cmocka_unit_test(test_hostile_names_become_presentable),
        cmocka_unit_test(test_missing_numbers_are_blank),
        cmocka_unit_test(test_zone_is_always_stated),
        cmocka_unit_test(test_names_are_cut_in_the_middle),
        cmocka_unit_test(test_markdown_is_disarmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
