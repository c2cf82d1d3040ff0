#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/shown.h"
#include "reports/writer.h"
#include "reports/xlsx_book.h"

static const struct sheet *find(const struct book *book, const char *id) { return document_sheet(book->document, id); }

// A sheet with one table from the top; its title and head stay in view.
static lxw_worksheet *one_table(struct book *book, const char *name, const char *id) {
    lxw_worksheet *sheet = book_sheet(book, name);
    if (sheet == NULL) return NULL;
    const char *const ids[4] = {id};
    book_widths(book, sheet, ids);
    book_table(book, sheet, 0, find(book, id));
    worksheet_freeze_panes(sheet, 2, 0);
    return sheet;
}

void book_summary(struct book *book) {
    const struct summary *s = &book->document->summary;
    lxw_worksheet *sheet = book_sheet(book, tr("Summary"));
    if (sheet == NULL) return;
    worksheet_set_column(sheet, 0, 0, 24, NULL);
    worksheet_set_column(sheet, 1, 1, 100, NULL);
    book->widths[0] = 24;
    book->widths[1] = 100;
    book_text(book, sheet, 0, 0, book->document->title, book->title);
    const char *const rows[][2] = {{tr("Verdict"), s->id},
                                   {tr("Meaning"), s->title},
                                   {tr("What was slow"), s->sentence},
                                   {tr("Why"), s->why},
                                   {tr("How sure"), s->sure},
                                   {tr("What it cost"), s->cost},
                                   {tr("Without it"), s->counterfactual},
                                   {tr("What next"), s->next},
                                   {tr("Also found"), s->also},
                                   {tr("Against it"), s->against},
                                   {tr("What would settle it"), s->settle}};
    lxw_format *percent = workbook_add_format(book->workbook), *plain = workbook_add_format(book->workbook);
    format_set_num_format(percent, "0.0\" %\"");
    format_set_num_format(plain, "#,##0.###");
    format_set_align(percent, LXW_ALIGN_LEFT);
    format_set_align(plain, LXW_ALIGN_LEFT);
    lxw_row_t row = 2;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i][1][0] == '\0') continue;
        book_height(book, sheet, row, book_lines(book, 1, rows[i][1]));
        book_text(book, sheet, row, 0, rows[i][0], book->label);
        book_text(book, sheet, row++, 1, rows[i][1], book->text);
    }
    const struct diagnosis *d = book->document->diagnosis;
    const struct {
        const char *name;
        double value;
        enum unit unit;
    } numbers[] = {{tr("Confidence"), d->verdict.confidence * 100, UNIT_PERCENT},
                   {tr("Share of GPU time"), d->verdict.share * 100, UNIT_PERCENT},
                   {tr("GPU-hours covered"), d->gpu_hours, UNIT_NONE},
                   {tr("Lost GPU-hours"), d->lost_total, UNIT_NONE},
                   {tr("Cost"), d->cost, UNIT_NONE}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!isfinite(numbers[i].value)) continue;
        book_text(book, sheet, row, 0, numbers[i].name, book->label);
        book_number(book, sheet, row++, 1, numbers[i].value, numbers[i].unit == UNIT_PERCENT ? percent : plain);
    }
    book_table(book, sheet, row + 1, find(book, "run"));
    worksheet_freeze_panes(sheet, 1, 0);
    worksheet_activate(sheet);
}

void book_findings(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Findings"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"findings", "evidence"};
    book_widths(book, sheet, ids);
    lxw_row_t row = book_table(book, sheet, 0, find(book, "findings"));
    book_table(book, sheet, row + 1, find(book, "evidence"));
    worksheet_freeze_panes(sheet, 2, 0);
}

static void loss_chart(struct book *book, lxw_worksheet *sheet, const struct sheet *table) {
    lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_BAR);
    lxw_row_t last = 1 + (lxw_row_t)table->row_count;
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    chart_series_set_categories(series, tr("Loss"), 2, 0, last, 0);
    chart_series_set_values(series, tr("Loss"), 2, 2, last, 2);
    chart_series_set_name(series, tr("lost GPU-hours"));
    lxw_chart_fill fill = {.color = 0xD55E00};
    chart_series_set_fill(series, &fill);
    chart_title_set_name(chart, tr("Lost GPU-hours by cause"));
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    // In a bar chart the x axis is the one of the values.
    chart_axis_set_name(chart->x_axis, tr("lost GPU-hours"));
    chart_axis_set_reverse(chart->y_axis);
    book_check(book, worksheet_insert_chart(sheet, last + 3, 0, chart));
}

void book_loss(struct book *book) {
    lxw_worksheet *sheet = one_table(book, tr("Loss"), "loss");
    const struct sheet *table = find(book, "loss");
    if (sheet == NULL || table == NULL || table->row_count == 0) return;
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR, .bar_color = 0xE69F00, .bar_solid = 1};
    book_check(book, worksheet_conditional_format_range(sheet, 2, 2, 1 + (lxw_row_t)table->row_count, 2, &bars));
    loss_chart(book, sheet, table);
}

void book_phases(struct book *book) {
    lxw_worksheet *sheet = one_table(book, tr("Phases"), "phases");
    const struct sheet *table = find(book, "phases");
    if (sheet == NULL || table == NULL || table->row_count == 0) return;
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR, .bar_color = 0x56B4E9, .bar_solid = 1};
    book_check(book, worksheet_conditional_format_range(sheet, 2, 7, 1 + (lxw_row_t)table->row_count, 7, &bars));
}

void book_health(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Disk health (SMART)"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"counters", "disks"};
    book_widths(book, sheet, ids);
    lxw_row_t row = book_table(book, sheet, 0, find(book, "counters"));
    book_table(book, sheet, row + 1, find(book, "disks"));
    worksheet_freeze_panes(sheet, 2, 0);
}

void book_correlations(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Correlations"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"correlations", "lags"};
    book_widths(book, sheet, ids);
    const struct sheet *table = find(book, "correlations");
    lxw_row_t row = book_table(book, sheet, 0, table);
    book_table(book, sheet, row + 1, find(book, "lags"));
    worksheet_freeze_panes(sheet, 2, 0);
    if (table == NULL || table->row_count == 0) return;
    lxw_conditional_format scale = {.type = LXW_CONDITIONAL_3_COLOR_SCALE,
                                    .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                    .mid_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                    .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                    .min_value = -1,
                                    .mid_value = 0,
                                    .max_value = 1,
                                    .min_color = 0x56B4E9,
                                    .mid_color = 0xFFFFFF,
                                    .max_color = 0xE69F00};
    book_check(book, worksheet_conditional_format_range(sheet, 2, 3, 1 + (lxw_row_t)table->row_count, 3, &scale));
}

void book_anomalies(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Anomalies"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"anomalies", "changes", "alerts"};
    book_widths(book, sheet, ids);
    lxw_row_t row = book_table(book, sheet, 0, find(book, "anomalies"));
    row = book_table(book, sheet, row + 1, find(book, "changes"));
    book_table(book, sheet, row + 1, find(book, "alerts"));
    worksheet_freeze_panes(sheet, 2, 0);
}

void book_ruled_out(struct book *book) { one_table(book, tr("Ruled out"), "ruled_out"); }

void book_provenance(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Provenance (inputs)"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"inputs", "problems", "clocks", "rules"};
    book_widths(book, sheet, ids);
    worksheet_set_column(sheet, 5, 5, 70, NULL);
    book->widths[5] = 70;
    lxw_row_t row = book_table(book, sheet, 0, find(book, "inputs"));
    row = book_table(book, sheet, row + 1, find(book, "problems"));
    row = book_table(book, sheet, row + 1, find(book, "clocks"));
    row = book_table(book, sheet, row + 1, find(book, "rules"));
    book_text(book, sheet, ++row, 0, tr("Made by"), book->label);
    book_text(book, sheet, row, 1, "whyslow " WHYSLOW_VERSION, book->text);
    const char *command = book->document->options->command_line;
    if (command != NULL && command[0] != '\0') {
        book_text(book, sheet, ++row, 0, tr("To reproduce"), book->label);
        book_text(book, sheet, row, 1, command, NULL);
    }
    worksheet_freeze_panes(sheet, 2, 0);
}
