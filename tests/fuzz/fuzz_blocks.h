// fuzz_blocks.h: lines against lines whose blocks end elsewhere.
#ifndef WHYSLOW_TESTS_FUZZ_FUZZ_BLOCKS_H
#define WHYSLOW_TESTS_FUZZ_FUZZ_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

// The bytes are read twice, once with the end of a block among them; both must give the same lines.
void fuzz_blocks(const uint8_t *data, size_t size);

#endif
