// noise.h: random numbers that are the same on every machine for the same seed.
#ifndef WHYSLOW_SAMPLES_NOISE_H
#define WHYSLOW_SAMPLES_NOISE_H

#include <stdbool.h>
#include <stdint.h>

struct noise {
    uint64_t state[4];
};

// A generator for a seed and a stream; streams of one seed are unrelated.
struct noise noise_new(uint64_t seed, const char *stream);

uint64_t noise_bits(struct noise *noise);
double noise_unit(struct noise *noise);  // in [0, 1)
double noise_between(struct noise *noise, double low, double high);
int noise_integer(struct noise *noise, int low, int high);  // both ends included
bool noise_chance(struct noise *noise, double probability);
double noise_normal(struct noise *noise);                // mean 0, deviation 1
double noise_factor(struct noise *noise, double sigma);  // log-normal around 1

#endif
