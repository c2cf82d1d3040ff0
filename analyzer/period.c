// period.c: the autocorrelation proposes a period, a fold of dip onsets tests it.
#include "analyzer/period.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/stats.h"

enum {
    HARMONICS = 4,
    CYCLES_LEAST = 3,
    ONSETS_LEAST = 4,
    ONSETS_MOST = 400,
    PHASES_MOST = 64,
    FREQUENCIES_MOST = 60000,
};

#define SHORTEST 60.0       // s
#define PEAK_LEAST 0.2      // an autocorrelation below this is no proposal
#define SMALLEST_SHARE 0.7  // the smallest lag whose peak reaches this share of the highest is the fundamental
#define LOWEST_SHARE 0.85   // the lowest frequency whose power reaches this share of the highest
#define AGREEMENT 0.02
#define P_MOST 0.01
#define OVERSAMPLING 10.0  // frequencies per 1 / span

// ── autocorrelation ─────────────────────────────────────────────────────────

static double refine(const double *acf, size_t lag) {
    double bend = acf[lag - 1] - 2 * acf[lag] + acf[lag + 1];
    if (!(bend < 0)) return (double)lag;
    return (double)lag + fmax(-0.5, fmin(0.5, (acf[lag - 1] - acf[lag + 1]) / (2 * bend)));
}

static bool is_peak(const double *acf, size_t lag) { return acf[lag] >= acf[lag - 1] && acf[lag] > acf[lag + 1]; }

static double fundamental(const double *acf, size_t least, size_t most) {
    double highest = -1;
    for (size_t k = least; k < most; k++)
        if (is_peak(acf, k)) highest = fmax(highest, acf[k]);
    if (!(highest >= PEAK_LEAST)) return NAN;
    for (size_t k = least; k < most; k++)
        if (is_peak(acf, k) && acf[k] >= SMALLEST_SHARE * highest) return refine(acf, k);
    return NAN;
}

double period_guess(const double *values, size_t n, size_t least) {
    size_t most = n / CYCLES_LEAST;
    if (least < 2) least = 2;
    if (most < least + 2) return NAN;
    double *copy = malloc(n * sizeof *copy);
    double *acf = malloc((most + 2) * sizeof *acf);
    double period = NAN;
    if (copy != NULL && acf != NULL) {
        memcpy(copy, values, n * sizeof *copy);
        stats_detrend(copy, n);
        if (stats_autocorrelation(copy, n, most + 1, acf)) period = fundamental(acf, least, most);
    }
    free(acf);
    free(copy);
    return period;
}

// ── onsets ──────────────────────────────────────────────────────────────────

// Bins in which the series goes beyond the level half way between its median and its extreme, from the other side.
static size_t onsets_of(const double *values, size_t n, int direction, double *onsets) {
    double usual = stats_median(values, n);
    double extreme = stats_quantile(values, n, direction < 0 ? 0.02 : 0.98);
    double level = (usual + extreme) / 2;
    size_t count = 0;
    if (!(direction * (extreme - usual) > 0)) return 0;
    bool beyond = true;  // a log that begins beyond the level shows no onset there
    for (size_t i = 0; i < n && count < ONSETS_MOST; i++) {
        if (isnan(values[i])) continue;
        bool now = direction * (values[i] - level) > 0;
        if (now && !beyond) onsets[count++] = (double)i;
        beyond = now;
    }
    return count;
}

// Power of the onsets at a frequency (per bin), over its first harmonics; chi-squared with 2 * HARMONICS degrees of
// freedom for onsets that fall anywhere.
static double power_at(const double *onsets, size_t count, double frequency) {
    double real[HARMONICS] = {0};
    double imaginary[HARMONICS] = {0};
    for (size_t i = 0; i < count; i++) {
        double angle = 2 * M_PI * frequency * onsets[i];
        double c = cos(angle);
        double s = sin(angle);
        double x = c;
        double y = s;
        for (int k = 0; k < HARMONICS; k++) {
            real[k] += x;
            imaginary[k] += y;
            double next = x * c - y * s;
            y = x * s + y * c;
            x = next;
        }
    }
    double power = 0;
    for (int k = 0; k < HARMONICS; k++) power += real[k] * real[k] + imaginary[k] * imaginary[k];
    return 2 * power / (double)count;
}

struct fold {
    double period;  // bins
    double p;
};

static struct fold fold_onsets(const double *onsets, size_t count, double span, double shortest) {
    struct fold out = {NAN, NAN};
    double low = CYCLES_LEAST / span;
    double high = 1 / shortest;
    size_t steps = high <= low ? 0 : (size_t)((high - low) * span * OVERSAMPLING) + 1;
    if (count < ONSETS_LEAST || steps < 2 || steps > FREQUENCIES_MOST) return out;
    double *power = malloc(steps * sizeof *power);
    if (power == NULL) return out;
    double highest = 0;
    for (size_t i = 0; i < steps; i++) {
        power[i] = power_at(onsets, count, low + (double)i / (span * OVERSAMPLING));
        highest = fmax(highest, power[i]);
    }
    size_t at = 0;
    while (power[at] < LOWEST_SHARE * highest) at++;
    while (at + 1 < steps && power[at + 1] > power[at]) at++;  // up to the top of that peak
    out.period = 1 / (low + (double)at / (span * OVERSAMPLING));
    out.p = fmin(1, (double)steps / OVERSAMPLING * stats_chi_square_upper(highest, 2 * HARMONICS));
    free(power);
    return out;
}

static struct fold fold_of(const double *values, size_t n, double shortest) {
    double onsets[ONSETS_MOST];
    size_t dips = onsets_of(values, n, -1, onsets);
    struct fold by_dips = fold_onsets(onsets, dips, (double)n, shortest);
    if (!isnan(by_dips.p) && by_dips.p <= P_MOST) return by_dips;
    size_t bursts = onsets_of(values, n, 1, onsets);
    struct fold by_bursts = fold_onsets(onsets, bursts, (double)n, shortest);
    if (isnan(by_dips.p) || by_bursts.p < by_dips.p) return by_bursts;
    return by_dips;
}

// 1 if the periods agree, the whole number between them if they differ by one, else NaN.
static double multiple_of(double a, double b) {
    double ratio = a > b ? a / b : b / a;
    double whole = round(ratio);
    return fabs(ratio - whole) <= AGREEMENT * whole ? whole : NAN;
}

bool period_find(const float *values, size_t n, double dt, struct period_result *out) {
    *out = (struct period_result){.seconds = NAN, .uncertainty = NAN, .p = NAN, .multiple = NAN};
    if (n < 8 || !(dt > 0)) return false;
    double *copy = malloc(n * sizeof *copy);
    if (copy == NULL) return false;
    for (size_t i = 0; i < n; i++) copy[i] = (double)values[i];
    double shortest = fmax(SHORTEST / dt, 4);
    double guess = period_guess(copy, n, (size_t)ceil(shortest));
    struct fold fold = isnan(guess) ? (struct fold){NAN, NAN} : fold_of(copy, n, shortest);
    free(copy);
    if (isnan(guess)) return false;
    out->multiple = isnan(fold.period) ? NAN : multiple_of(guess, fold.period);
    out->p = fold.p;
    out->established = out->multiple == 1 && fold.p <= P_MOST;
    double period = out->established ? fold.period : guess;
    out->seconds = period * dt;
    out->cycles = (size_t)((double)n / period);
    out->uncertainty = fmax(period * period / (10 * (double)n), 1 / (double)(out->cycles + 1)) * dt;
    return true;
}

// ── profile ─────────────────────────────────────────────────────────────────

void period_remove(double *values, size_t n, double period_bins) {
    if (!(period_bins >= 2) || n == 0) return;
    size_t cells = period_bins < PHASES_MOST ? (size_t)period_bins : PHASES_MOST;
    double *column = malloc(n * sizeof *column);
    size_t *cell = malloc(n * sizeof *cell);
    double profile[PHASES_MOST];
    for (size_t i = 0; cell != NULL && i < n; i++) {
        double phase = fmod((double)i, period_bins) / period_bins;
        cell[i] = (size_t)(phase * (double)cells);
        if (cell[i] >= cells) cell[i] = cells - 1;
    }
    for (size_t c = 0; column != NULL && cell != NULL && c < cells; c++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            if (cell[i] == c && isfinite(values[i])) column[count++] = values[i];
        profile[c] = stats_median(column, count);
    }
    for (size_t i = 0; column != NULL && cell != NULL && i < n; i++)
        if (isfinite(values[i])) values[i] -= profile[cell[i]];
    free(cell);
    free(column);
}
