// nvidia_rows.h: rows of a GPU log before it is known which GPU each belongs to.
//
// Identity needs the whole file: the best id column is the one that tells most GPUs apart, and without any it is
// the position in the sampling burst. Values are kept by column until then.
#ifndef WHYSLOW_PARSERS_NVIDIA_ROWS_H
#define WHYSLOW_PARSERS_NVIDIA_ROWS_H

#include "core/recording.h"
#include "parsers/nvidia_fields.h"

// Texts that tell GPUs apart, worst first; name and host only separate devices that share an id. ID_ERROR is the
// error word of the row, the one that says most, ID_RECOVERY what its gpu_recovery_action says.
enum nvidia_id { ID_OTHER, ID_INDEX, ID_BUS, ID_UUID, ID_NAME, ID_HOST, ID_ERROR, ID_RECOVERY, ID_KINDS };

enum { NVIDIA_FIELDS_MOST = 512, NVIDIA_IDS_MOST = 512 };

struct nvidia_row {
    millis time;  // MILLIS_NONE where none is printed
    uint32_t line;
    uint32_t group;          // number of the header above it
    uint16_t id[ID_KINDS];   // number of the text in ids[kind], from 1; 0 = not in this row
    uint16_t gpu;            // number of its device, worked out at the end
    uint16_t errors, cells;  // values that are error words, of how many
    bool dropped;            // see nvidia_rows_drop
    bool ambiguous;          // day and month of its time may have to be exchanged
};

struct nvidia_column {
    struct nvidia_field field;
    double *values;           // of the first `length` rows; missing in all later ones
    size_t length, capacity;  // length is at most the number of rows
    size_t filled;            // values that are not missing
};

struct nvidia_rows {
    struct source *source;
    struct nvidia_row *rows;
    size_t count, capacity;
    struct nvidia_column columns[NVIDIA_FIELDS_MOST];
    size_t column_count;
    struct text ids[ID_KINDS][NVIDIA_IDS_MOST];  // NUL-terminated
    size_t id_count[ID_KINDS];
    const char *driver;  // NULL if not printed
    size_t cells, room;  // values that were set, and places that the columns take
    bool sparse;         // values were dropped: see nvidia_rows_set
};

struct nvidia_rows *nvidia_rows_new(struct source *source);
void nvidia_rows_free(struct nvidia_rows *rows);

// The number of the column that takes the values of a field; NVIDIA_FIELDS_MOST if there is no room.
size_t nvidia_rows_column(struct nvidia_rows *rows, const struct nvidia_field *field);

// Appends a row without values. Valid until the next one.
struct nvidia_row *nvidia_rows_add(struct nvidia_rows *rows, millis time, uint32_t line);
// Sets a value of the last row; NaN does nothing. A file whose headers change all the time would need far more room
// than it has cells: what does not fit any more is dropped, and said at the end.
void nvidia_rows_set(struct nvidia_rows *rows, size_t column, double value);
// A value of a column without unit in its header was printed with one.
void nvidia_rows_proved(struct nvidia_rows *rows, size_t column);
// An identity of the last row; "[N/A]" and the like are none.
void nvidia_rows_id(struct nvidia_rows *rows, enum nvidia_id kind, struct text text);
// A value of the last row is an error word ("[GPU is lost]").
void nvidia_rows_error(struct nvidia_rows *rows, struct text word);

// Takes out the rows that are marked as dropped; `why` is said of each.
void nvidia_rows_drop(struct nvidia_rows *rows, const char *why);

// Gives every row to a GPU and fills the source's tables, facts, events, reports and samples.
void nvidia_rows_finish(struct nvidia_rows *rows);

// nvidia_identity.c: sets `gpu` of all rows and counts the bursts in the source's reports. numbers[gpu] becomes the
// number that the device has in its name; the return value is how many there are.
size_t nvidia_identify(struct nvidia_rows *rows, unsigned *numbers);

#endif
