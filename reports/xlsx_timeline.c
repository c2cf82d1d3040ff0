#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/shown.h"
#include "reports/xlsx_book.h"

enum {
    ROWS_IN_SHEET = 1000000,  // below the limit of 1 048 576
    COLUMNS_MOST = 120,
    CELLS_MOST = 3000000,  // about 300 MB while it is written
    FIXED = 3,             // time, cause, lost share
};

struct timeline {
    const struct diagnosis *d;
    size_t lanes, series;  // that are written
};

// So many columns that the cells stay within reason; GPUs come first.
static struct timeline timeline_of(const struct diagnosis *d) {
    size_t most = d->bin_count == 0 ? COLUMNS_MOST : CELLS_MOST / d->bin_count;
    if (most > COLUMNS_MOST) most = COLUMNS_MOST;
    if (most < 4) most = 4;
    struct timeline timeline = {d, d->lane_count < most ? d->lane_count : most, 0};
    size_t left = most - timeline.lanes;
    timeline.series = d->series_count < left ? d->series_count : left;
    return timeline;
}

static const char *series_head(struct book *book, const struct grid_series *series) {
    struct arena *arena = book->document->arena;
    const char *unit = series->column->unit == UNIT_CELSIUS ? "°C" : unit_name(series->column->unit);
    return arena_printf(arena, "%s %s%s%s", shown_name(arena, series->table->entity, 40),
                        shown_text(arena, series->column->quantity), unit[0] == '\0' ? "" : ", ", unit);
}

static void put_heads(struct book *book, lxw_worksheet *sheet, const struct timeline *timeline) {
    struct arena *arena = book->document->arena;
    const char *time = arena_printf(arena, tr("Begin of bin (%s)"), shown_zone(timeline->d));
    book_text(book, sheet, 0, 0, time, book->head);
    book_text(book, sheet, 0, 1, tr("Cause"), book->head);
    book_text(book, sheet, 0, 2, tr("Lost GPU time, %"), book->head);
    lxw_col_t column = FIXED;
    for (size_t i = 0; i < timeline->lanes; i++) {
        const char *name = shown_name(arena, timeline->d->lanes[i].entity, 40);
        book_text(book, sheet, 0, column++, arena_printf(arena, tr("%s utilisation, %%"), name), book->head);
    }
    for (size_t i = 0; i < timeline->series; i++)
        book_text(book, sheet, 0, column++, series_head(book, &timeline->d->series[i]), book->head);
    worksheet_set_column(sheet, 0, 0, 21, NULL);
    worksheet_set_column(sheet, 1, 1, 18, NULL);
    worksheet_set_column(sheet, 2, column, 12, NULL);
    worksheet_set_row(sheet, 0, 45, NULL);
}

static void put_bin(struct book *book, lxw_worksheet *sheet, lxw_row_t row, const struct timeline *timeline,
                    size_t bin) {
    const struct diagnosis *d = timeline->d;
    book_time(book, sheet, row, 0, d->start + (millis)llround((double)bin * d->bin_seconds * 1000));
    if (d->bin_cause != NULL) book_text(book, sheet, row, 1, cause_id((enum cause)d->bin_cause[bin]), NULL);
    // Two decimals are what the logs hold; more only makes the file larger.
    if (d->lost_share != NULL)
        book_number(book, sheet, row, 2, round(d->lost_share[bin] * 1000) / 10, book->numbers[UNIT_NONE]);
    lxw_col_t column = FIXED;
    for (size_t i = 0; i < timeline->lanes; i++) {
        double value = d->lanes[i].utilization == NULL ? NAN : d->lanes[i].utilization[bin];
        book_number(book, sheet, row, column++, round(value * 100) / 100, book->numbers[UNIT_NONE]);
    }
    for (size_t i = 0; i < timeline->series; i++) {
        double value = d->series[i].mean == NULL ? NAN : d->series[i].mean[bin];
        book_number(book, sheet, row, column++, round(value * 1000) / 1000, book->numbers[UNIT_NONE]);
    }
}

static void colour(struct book *book, lxw_worksheet *sheet, const struct timeline *timeline, lxw_row_t rows) {
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR, .bar_color = 0xD55E00, .bar_solid = 1};
    book_check(book, worksheet_conditional_format_range(sheet, 1, 2, rows, 2, &bars));
    if (timeline->lanes == 0) return;
    lxw_conditional_format scale = {.type = LXW_CONDITIONAL_2_COLOR_SCALE,
                                    .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                    .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                    .min_value = 0,
                                    .max_value = 100,
                                    .min_color = 0xFFFFFF,
                                    .max_color = 0x8FD1B8};
    book_check(book, worksheet_conditional_format_range(sheet, 1, FIXED, rows, (lxw_col_t)(FIXED + timeline->lanes - 1),
                                                        &scale));
}

// A whole number of minutes, hours or days that cuts the axis into at most twelve parts.
static double tick_seconds(double length) {
    static const double steps[] = {60,   120,   300,   600,   900,   1800,   3600,
                                   7200, 14400, 21600, 43200, 86400, 172800, 604800};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (length / steps[i] <= 12) return steps[i];
    return ceil(length / 12 / 604800) * 604800;
}

// A native chart that refers to columns of the first sheet of data.
static void put_chart(struct book *book, lxw_worksheet *sheet, lxw_row_t at, const char *title, const char *axis,
                      const lxw_col_t *columns, size_t count, lxw_row_t rows) {
    static const lxw_color_t colours[] = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7};
    lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_SCATTER_STRAIGHT);
    for (size_t i = 0; i < count; i++) {
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        chart_series_set_categories(series, tr("Timeline"), 1, 0, rows, 0);
        chart_series_set_values(series, tr("Timeline"), 1, columns[i], rows, columns[i]);
        chart_series_set_name_range(series, tr("Timeline"), 0, columns[i]);
        lxw_chart_line line = {.color = colours[i % 4], .width = 1.25};
        if (i >= 1) line.dash_type = i == 1 ? LXW_CHART_LINE_DASH_DASH : LXW_CHART_LINE_DASH_ROUND_DOT;
        chart_series_set_line(series, &line);
    }
    chart_title_set_name(chart, title);
    chart_axis_set_name(chart->x_axis,
                        arena_printf(book->document->arena, tr("time (%s)"), shown_zone(book->document->diagnosis)));
    double length = (double)rows * book->document->diagnosis->bin_seconds;
    chart_axis_set_num_format(chart->x_axis, length > 86400 ? "mm-dd hh:mm" : "hh:mm");
    chart_axis_set_major_unit(chart->x_axis, tick_seconds(length) / 86400);
    const struct diagnosis *d = book->document->diagnosis;
    double first = 25569 + (double)d->start / 86400000;
    chart_axis_set_min(chart->x_axis, first);
    chart_axis_set_max(chart->x_axis, first + (double)rows * d->bin_seconds / 86400);
    // The library takes a name that begins with "=" for a formula.
    chart_axis_set_name(chart->y_axis, axis[0] == '=' ? arena_printf(book->document->arena, " %s", axis) : axis);
    chart_axis_set_min(chart->y_axis, 0);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    lxw_chart_options options = {.x_scale = 2.2, .y_scale = 1.2};
    book_check(book, worksheet_insert_chart_opt(sheet, at, 0, chart, &options));
}

// The column of the series that the verdict rests on first; 0 if there is none.
static lxw_col_t suspect_column(const struct timeline *timeline) {
    const struct diagnosis *d = timeline->d;
    for (size_t f = 0; f < d->finding_count; f++) {
        if (d->findings[f].cause != d->verdict.cause) continue;
        for (size_t e = 0; e < d->findings[f].evidence_count; e++) {
            const struct evidence *evidence = &d->findings[f].evidence[e];
            for (size_t i = 0; i < timeline->series; i++)
                if (strcmp(d->series[i].table->entity, evidence->entity) == 0 &&
                    strcmp(d->series[i].column->quantity, evidence->quantity) == 0)
                    return (lxw_col_t)(FIXED + timeline->lanes + i);
        }
    }
    return 0;
}

static void put_charts(struct book *book, const struct timeline *timeline, lxw_row_t rows) {
    lxw_worksheet *sheet = book_sheet(book, tr("Charts"));
    if (sheet == NULL) return;
    worksheet_fit_to_pages(sheet, 1, 1);
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    lxw_col_t gpus[4];
    size_t count = 0;
    for (; count < timeline->lanes && count < 4; count++) gpus[count] = (lxw_col_t)(FIXED + count);
    lxw_row_t at = 0;
    if (count > 0) {
        put_chart(book, sheet, at, tr("GPU utilisation"), tr("utilisation, %"), gpus, count, rows);
        at += 19;
    }
    const lxw_col_t lost = 2;
    put_chart(book, sheet, at, tr("Lost GPU time"), tr("lost, %"), &lost, 1, rows);
    const lxw_col_t suspect = suspect_column(timeline);
    if (suspect == 0) return;
    const struct grid_series *series = &timeline->d->series[suspect - FIXED - timeline->lanes];
    put_chart(book, sheet, at + 19, tr("What the verdict rests on"), series_head(book, series), &suspect, 1, rows);
}

void book_timeline(struct book *book) {
    const struct timeline timeline = timeline_of(book->document->diagnosis);
    size_t bins = timeline.d->start == MILLIS_NONE ? 0 : timeline.d->bin_count;
    size_t columns = FIXED + timeline.lanes + timeline.series;
    for (size_t first = 0, number = 1; first < bins || number == 1; first += ROWS_IN_SHEET, number++) {
        const char *name =
            number == 1 ? tr("Timeline") : arena_printf(book->document->arena, tr("Timeline %zu"), number);
        lxw_worksheet *sheet = book_sheet(book, name);
        if (sheet == NULL) return;
        put_heads(book, sheet, &timeline);
        size_t rows = bins - first < ROWS_IN_SHEET ? bins - first : ROWS_IN_SHEET;
        for (size_t i = 0; i < rows; i++) put_bin(book, sheet, (lxw_row_t)(i + 1), &timeline, first + i);
        worksheet_freeze_panes(sheet, 1, 1);
        if (rows == 0) {
            book_text(book, sheet, 1, 0, tr("No log says when anything happened."), NULL);
            continue;
        }
        worksheet_autofilter(sheet, 0, 0, (lxw_row_t)rows, (lxw_col_t)(columns - 1));
        colour(book, sheet, &timeline, (lxw_row_t)rows);
    }
    if (bins > 0) put_charts(book, &timeline, (lxw_row_t)(bins < ROWS_IN_SHEET ? bins : ROWS_IN_SHEET));
}
