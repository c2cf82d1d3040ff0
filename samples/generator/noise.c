// noise.c: xoshiro256** (Blackman and Vigna), seeded by splitmix64.
#include "samples/generator/noise.h"

#include <math.h>

static uint64_t split(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct noise noise_new(uint64_t seed, const char *stream) {
    uint64_t state = seed * 0x2545f4914f6cdd1du + 1;
    for (; *stream; stream++) state = (state ^ (unsigned char)*stream) * 0x100000001b3u;
    struct noise noise;
    for (int i = 0; i < 4; i++) noise.state[i] = split(&state);
    return noise;
}

static uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

uint64_t noise_bits(struct noise *noise) {
    uint64_t *s = noise->state;
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

double noise_unit(struct noise *noise) { return (double)(noise_bits(noise) >> 11) * 0x1.0p-53; }

double noise_between(struct noise *noise, double low, double high) { return low + (high - low) * noise_unit(noise); }

int noise_integer(struct noise *noise, int low, int high) {
    return low + (int)(noise_unit(noise) * (double)(high - low + 1));
}

bool noise_chance(struct noise *noise, double probability) { return noise_unit(noise) < probability; }

double noise_normal(struct noise *noise) {
    double u = 1.0 - noise_unit(noise), v = noise_unit(noise);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

double noise_factor(struct noise *noise, double sigma) { return exp(sigma * noise_normal(noise)); }
