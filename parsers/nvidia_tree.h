// nvidia_tree.h: what the sections of `nvidia-smi -q` and the elements of `nvidia-smi -q -x` mean.
//
// Both say the same in other words: a name inside a section. The same name stands in several sections (Current, Max,
// Pending …), so that only both together have a meaning.
#ifndef WHYSLOW_PARSERS_NVIDIA_TREE_H
#define WHYSLOW_PARSERS_NVIDIA_TREE_H

#include "core/text.h"
#include "parsers/gpu_row.h"

enum nvidia_words { WORDS_OF_TEXT, WORDS_OF_XML };

// The values of one GPU in one document.
struct nvidia_leaves {
    struct gpu_row *row;
    double uncorrected;  // volatile ECC errors of all memories; NaN if none was printed
    size_t errors;       // values that read "Unknown Error" or say that the GPU is lost
    char error[80];      // the first of them, or that the GPU is lost
    char recovery[48];   // what the driver asks for; "" for nothing
};

void nvidia_leaves_begin(struct nvidia_leaves *leaves, struct gpu_row *row);
// A value in its section; unknown ones are passed over.
void nvidia_leaf(struct nvidia_leaves *leaves, enum nvidia_words words, struct text section, struct text name,
                 struct text value);
// Derived values and the event that many errors are. `time` is MILLIS_NONE if the document has none.
void nvidia_leaves_end(struct nvidia_leaves *leaves, millis time);

#endif
