// stats_chance.c: seeded random numbers and resampling by blocks.
#include <math.h>
#include <stdlib.h>

#include "analyzer/stats.h"

// splitmix64 spreads a small seed over the state, as the authors of xoshiro advise.
struct chance chance_new(uint64_t seed) {
    struct chance chance;
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        chance.state[i] = z ^ (z >> 31);
    }
    return chance;
}

static uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

// xoshiro256** of Blackman and Vigna.
uint64_t chance_next(struct chance *chance) {
    uint64_t *s = chance->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double chance_uniform(struct chance *chance) { return (double)(chance_next(chance) >> 11) * 0x1p-53; }

size_t chance_below(struct chance *chance, size_t limit) {
    if (limit == 0) return 0;
    size_t at = (size_t)(chance_uniform(chance) * (double)limit);
    return at < limit ? at : limit - 1;
}

double chance_normal(struct chance *chance) {
    double u = 1 - chance_uniform(chance);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * chance_uniform(chance));
}

void chance_blocks(struct chance *chance, size_t n, size_t block, size_t *index) {
    if (block < 1) block = 1;
    if (block > n) block = n;
    for (size_t filled = 0; filled < n;) {
        size_t start = chance_below(chance, n - block + 1);
        for (size_t k = 0; k < block && filled < n; k++) index[filled++] = start + k;
    }
}

// Means by prefix sums: a round costs one step a block, not one a value.
void stats_mean_interval(const double *values, size_t n, size_t block, size_t rounds, uint64_t seed, double *low,
                         double *high) {
    *low = *high = NAN;
    double *sums = malloc((n + 1) * sizeof *sums);
    double *means = malloc((rounds + 1) * sizeof *means);
    size_t count = 0;
    if (sums != NULL) sums[0] = 0;
    for (size_t i = 0; sums != NULL && i < n; i++) {
        if (!isfinite(values[i])) continue;
        sums[count + 1] = sums[count] + values[i];
        count++;
    }
    if (block < 1) block = 1;
    if (block > count) block = count;
    struct chance chance = chance_new(seed);
    for (size_t round = 0; means != NULL && count > 0 && round < rounds; round++) {
        double sum = 0;
        for (size_t filled = 0; filled < count;) {
            size_t take = block < count - filled ? block : count - filled;
            size_t start = chance_below(&chance, count - take + 1);
            sum += sums[start + take] - sums[start];
            filled += take;
        }
        means[round] = sum / (double)count;
    }
    if (means != NULL && count > 0 && rounds > 0) {
        *low = stats_quantile(means, rounds, 0.025);
        *high = stats_quantile(means, rounds, 0.975);
    }
    free(means);
    free(sums);
}
