#include "parsers/screen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"
#include "core/when.h"

enum {
    ROWS = 256,
    COLUMNS = 512,
    CELL = 4,  // bytes of one character
    READ = 4096,
    PARAMETERS = 4,
    SEQUENCE_MOST = 64,  // bytes of an escape sequence; a longer one is none
};

struct cell {
    char bytes[CELL];  // UTF-8, padded with NUL; all NUL is a blank
};

struct screen {
    struct byte_source from;
    unsigned char in[READ];
    size_t at, got;
    bool ended;
    struct cell (*cells)[COLUMNS];
    size_t room;        // rows of it
    int rows, columns;  // nothing was drawn at or behind these
    int row, column;
    int saved_row, saved_column;
    int width;                  // rightmost column that the cursor was sent to
    int rest_row, rest_column;  // where the cursor stood when a refresh was over
    bool dirty;                 // something was drawn since the last screen was given
    struct cell last;           // drawn last, for REP
    size_t count;
    char *out;
    size_t out_size, out_at, out_capacity;
};

static bool has(const unsigned char *head, size_t size, const char *needle) {
    return memmem(head, size, needle, strlen(needle)) != NULL;
}

bool screen_wanted(const unsigned char *head, size_t size) {
    bool clears = has(head, size, "\033[H\033[2J") || has(head, size, "\033[H\033[J");
    return clears && (has(head, size, "\033[?1049h") || has(head, size, "Every "));
}

struct screen *screen_new(struct byte_source from) {
    size_t none = 0;
    struct screen *screen = grow_array(NULL, &none, 1, sizeof *screen);
    memset(screen, 0, sizeof *screen);
    screen->from = from;
    screen->rest_row = -1;
    return screen;
}

void screen_free(struct screen *screen) {
    if (screen == NULL) return;
    free(screen->cells);
    free(screen->out);
    free(screen);
}

size_t screen_count(const struct screen *screen) { return screen->count; }

// ── giving a screen ─────────────────────────────────────────────────────────

static void put(struct screen *screen, const char *bytes, size_t size) {
    screen->out = grow_array(screen->out, &screen->out_capacity, screen->out_size + size + 1, 1);
    memcpy(screen->out + screen->out_size, bytes, size);
    screen->out_size += size;
}

static bool is_blank(const struct cell *cell) { return cell->bytes[0] == '\0' || cell->bytes[0] == ' '; }

static int used(const struct screen *screen, int row) {
    int end = row < screen->rows ? screen->columns : 0;
    while (end > 0 && is_blank(&screen->cells[row][end - 1])) end--;
    return end;
}

static void put_row(struct screen *screen, int row, int from, int to) {
    for (int i = from; i < to; i++) {
        const struct cell *cell = &screen->cells[row][i];
        if (cell->bytes[0] == '\0')
            put(screen, " ", 1);
        else
            put(screen, cell->bytes, strnlen(cell->bytes, CELL));
    }
}

static bool draws_table(const struct screen *screen, int row) {
    char first = row < screen->rows ? screen->cells[row][0].bytes[0] : '\0';
    return first == '|' || first == '+';
}

// A row that goes on in the next one: it is full to the edge, or it is of a table and the next one does not begin as
// rows of tables do.
static bool is_wrapped(const struct screen *screen, int row) {
    if (screen->width < 20 || row + 1 >= ROWS || used(screen, row + 1) == 0) return false;
    if (draws_table(screen, row + 1)) return false;
    return draws_table(screen, row) || used(screen, row) == screen->width;
}

static bool is_time(struct text text) {
    struct when when;
    return when_read(text_trim(text), DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_time;
}

static struct text row_text(struct screen *screen, int row, size_t *keep) {
    *keep = screen->out_size;
    put_row(screen, row, 0, used(screen, row));
    if (screen->out_size == *keep) return (struct text){"", 0};
    return (struct text){screen->out + *keep, screen->out_size - *keep};
}

// "Every 1.0s: nvidia-smi          node7: Wed Nov 25 11:40:18 2026": its time, unless the text has one. Returns the
// first row of the text.
static int put_title(struct screen *screen) {
    size_t keep;
    struct text title = row_text(screen, 0, &keep);
    enum { STAMP = 24 };
    char stamp[STAMP + 1] = "";
    bool is_title = text_starts(title, "Every ") && text_has(title, ": ");
    if (is_title && title.length > STAMP && is_time(text_skip(title, title.length - STAMP)))
        memcpy(stamp, title.at + title.length - STAMP, STAMP);
    screen->out_size = keep;
    if (!is_title) return 0;
    int first = used(screen, 1) == 0 ? 2 : 1;
    bool own = is_time(row_text(screen, first, &keep));
    screen->out_size = keep;
    if (!own && stamp[0] != '\0') {
        put(screen, stamp, STAMP);
        put(screen, "\n", 1);
    }
    return first;
}

static void give(struct screen *screen) {
    int last = screen->rows > 0 ? screen->rows - 1 : 0;
    while (last > 0 && used(screen, last) == 0) last--;
    for (int row = put_title(screen); row <= last; row++) {
        bool wrapped = is_wrapped(screen, row);
        put_row(screen, row, 0, wrapped ? screen->width : used(screen, row));
        if (!wrapped) put(screen, "\n", 1);
    }
    screen->count++;
    screen->dirty = false;
    screen->rest_row = screen->row;
    screen->rest_column = screen->column;
}

// ── drawing ─────────────────────────────────────────────────────────────────

// watch draws from top to bottom: a move up begins the next refresh.
static void move_to(struct screen *screen, int row, int column) {
    row = row < 0 ? 0 : row >= ROWS ? ROWS - 1 : row;
    column = column < 0 ? 0 : column >= COLUMNS ? COLUMNS - 1 : column;
    if (row < screen->row && screen->dirty) give(screen);
    screen->row = row;
    screen->column = column;
    if (column + 1 > screen->width) screen->width = column + 1;
}

static void reach(struct screen *screen, int rows, int columns) {
    if (columns > screen->columns) screen->columns = columns < COLUMNS ? columns : COLUMNS;
    if (rows <= screen->rows) return;
    rows = rows < ROWS ? rows : ROWS;
    screen->cells = grow_array(screen->cells, &screen->room, (size_t)rows, sizeof *screen->cells);
    memset(screen->cells[screen->rows], 0, (size_t)(rows - screen->rows) * sizeof *screen->cells);
    screen->rows = rows;
}

static void draw(struct screen *screen, struct cell cell) {
    reach(screen, screen->row + 1, screen->column + 1);
    if (screen->column < COLUMNS) screen->cells[screen->row][screen->column] = cell;
    if (screen->column + 1 < COLUMNS) screen->column++;
    if (screen->column > screen->width) screen->width = screen->column;
    screen->last = cell;
    screen->dirty = true;
}

static void erase(struct screen *screen, int row, int from, int to) {
    if (to > screen->columns) to = screen->columns;
    if (row < screen->rows && from < to)
        memset(&screen->cells[row][from], 0, (size_t)(to - from) * sizeof(struct cell));
}

static void erase_screen(struct screen *screen, int how) {
    if (how == 0) erase(screen, screen->row, screen->column, COLUMNS);
    for (int row = how == 0 ? screen->row + 1 : 0; row < (how == 1 ? screen->row : screen->rows); row++)
        erase(screen, row, 0, COLUMNS);
    if (how == 1) erase(screen, screen->row, 0, screen->column + 1);
    if (how > 1) screen->rows = screen->columns = 0;
}

static void erase_line(struct screen *screen, int how) {
    erase(screen, screen->row, how == 0 ? screen->column : 0, how == 1 ? screen->column + 1 : COLUMNS);
}

// Characters (or rows, below) move to make room, or to close it.
static void shift_cells(struct screen *screen, int by) {
    int left = COLUMNS - screen->column;
    int size = by < 0 ? -by : by;
    if (size > left) size = left;
    if (by > 0) reach(screen, screen->row + 1, screen->columns + size);
    if (screen->row >= screen->rows) return;
    struct cell *row = screen->cells[screen->row];
    if (by > 0)
        memmove(row + screen->column + size, row + screen->column, (size_t)(left - size) * sizeof *row);
    else
        memmove(row + screen->column, row + screen->column + size, (size_t)(left - size) * sizeof *row);
    erase(screen, screen->row, by > 0 ? screen->column : COLUMNS - size, by > 0 ? screen->column + size : COLUMNS);
}

static void shift_rows(struct screen *screen, int by) {
    size_t row_size = sizeof *screen->cells;
    int size = by < 0 ? -by : by;
    screen->dirty = true;
    if (by > 0) reach(screen, screen->rows + size, 0);
    int left = screen->rows - screen->row;
    if (left <= 0) return;
    if (size > left) size = left;
    if (by > 0)
        memmove(screen->cells[screen->row + size], screen->cells[screen->row], (size_t)(left - size) * row_size);
    else
        memmove(screen->cells[screen->row], screen->cells[screen->row + size], (size_t)(left - size) * row_size);
    for (int i = 0; i < size; i++) erase(screen, by > 0 ? screen->row + i : screen->rows - 1 - i, 0, COLUMNS);
}

// ── control sequences (ECMA-48) ─────────────────────────────────────────────

static int byte_of(struct screen *screen) {
    if (screen->at == screen->got) {
        ptrdiff_t got = screen->ended ? 0 : screen->from.read(screen->from.state, screen->in, READ);
        if (got <= 0) {
            screen->ended = true;
            return -1;
        }
        screen->got = (size_t)got;
        screen->at = 0;
    }
    return screen->in[screen->at++];
}

static int at_least_one(int value) { return value < 1 ? 1 : value; }

static void control(struct screen *screen, int end, const int *p, bool private_) {
    int n = at_least_one(p[0]);
    if (n > COLUMNS) n = COLUMNS;
    if (private_) {
        if (p[0] != 1049) return;
        // The screen that was there before goes, or comes back: then what was drawn is complete.
        if (end == 'l' && screen->dirty) give(screen);
        if (end == 'h') erase_screen(screen, 2);
        screen->dirty = false;
        return;
    }
    switch (end) {
        case 'H':
        case 'f':
            move_to(screen, at_least_one(p[0]) - 1, at_least_one(p[1]) - 1);
            break;
        case 'd':
            move_to(screen, n - 1, screen->column);
            break;
        case 'G':
        case '`':
            move_to(screen, screen->row, n - 1);
            break;
        case 'A':
            move_to(screen, screen->row - n, screen->column);
            break;
        case 'B':
            move_to(screen, screen->row + n, screen->column);
            break;
        case 'C':
            move_to(screen, screen->row, screen->column + n);
            break;
        case 'D':
            move_to(screen, screen->row, screen->column - n);
            break;
        case 'J':
            erase_screen(screen, p[0]);
            break;
        case 'K':
            erase_line(screen, p[0]);
            break;
        case 'X':
            erase(screen, screen->row, screen->column, screen->column + n);
            break;
        case '@':
            shift_cells(screen, n);
            break;
        case 'P':
            shift_cells(screen, -n);
            break;
        case 'L':
            shift_rows(screen, n);
            break;
        case 'M':
            shift_rows(screen, -n);
            break;
        case 'b':
            for (struct cell cell = screen->last; n > 0; n--) draw(screen, cell);
            break;
        default:
            break;
    }
}

// Behind ESC [: parameters, then the byte that says what is meant.
static void control_sequence(struct screen *screen) {
    int p[PARAMETERS] = {0};
    size_t count = 0;
    bool private_ = false;
    for (int i = 0; i < SEQUENCE_MOST; i++) {
        int c = byte_of(screen);
        if (c >= '0' && c <= '9') {
            if (count < PARAMETERS && p[count] < 10000) p[count] = p[count] * 10 + (c - '0');
        } else if (c == ';') {
            count++;
        } else if (c == '?' || c == '>' || c == '=') {
            private_ = true;
        } else if (c >= 0x40 && c <= 0x7e) {
            control(screen, c, p, private_);
            return;
        } else if (c < 0) {
            return;
        }
    }
}

// Titles and the like: to BEL or ESC \.
static void skip_string(struct screen *screen) {
    for (int c = byte_of(screen), before = 0; c >= 0 && c != '\a' && !(before == '\033' && c == '\\');
         c = byte_of(screen))
        before = c;
}

static void escape(struct screen *screen) {
    int c = byte_of(screen);
    if (c == '[') control_sequence(screen);
    if (c == ']' || c == 'P' || c == '_' || c == '^') skip_string(screen);
    if (c == '(' || c == ')' || c == '*' || c == '+' || c == '#' || c == ' ') (void)byte_of(screen);
    if (c == 'M') move_to(screen, screen->row - 1, screen->column);
    if (c == '7') {
        screen->saved_row = screen->row;
        screen->saved_column = screen->column;
    }
    if (c == '8') move_to(screen, screen->saved_row, screen->saved_column);
}

static void character(struct screen *screen, int first) {
    struct cell cell = {{(char)first}};
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    for (int i = 1; i <= more; i++) {
        int c = byte_of(screen);
        if (c < 0x80 || c > 0xbf) {
            if (c >= 0) screen->at--;
            break;
        }
        cell.bytes[i] = (char)c;
    }
    draw(screen, cell);
}

// One character or sequence. False at the end of the stream.
static bool step(struct screen *screen) {
    int c = byte_of(screen);
    if (c < 0) return false;
    if (c == '\033')
        escape(screen);
    else if (c == '\r')
        screen->column = 0;
    else if (c == '\n')
        move_to(screen, screen->row + 1, screen->column);
    else if (c == '\b')
        move_to(screen, screen->row, screen->column - 1);
    else if (c == '\t')
        move_to(screen, screen->row, (screen->column / 8 + 1) * 8);
    else if (c >= ' ' && c != 0x7f)
        character(screen, c);
    return true;
}

static ptrdiff_t read_screens(void *state, void *buffer, size_t size) {
    struct screen *screen = state;
    if (screen->out_at == screen->out_size) screen->out_at = screen->out_size = 0;
    while (screen->out_size < READ && step(screen)) {
    }
    // The last refresh is whole if the cursor went where it always rests.
    if (screen->ended && screen->dirty && screen->row == screen->rest_row && screen->column == screen->rest_column)
        give(screen);
    size_t left = screen->out_size - screen->out_at;
    if (left > size) left = size;
    if (left > 0) memcpy(buffer, screen->out + screen->out_at, left);
    screen->out_at += left;
    return (ptrdiff_t)left;
}

struct byte_source screen_source(struct screen *screen) {
    return (struct byte_source){.read = read_screens, .state = screen};
}
