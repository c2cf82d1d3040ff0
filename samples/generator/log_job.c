// log_job.c: what the training script prints.
#include "samples/generator/logs.h"

#include <math.h>

static void stamp(struct sampler *sampler, const struct machine *machine, char *out, size_t size, bool fraction) {
    struct civil t =
        civil_at(machine->plan, machine->now, sampler->capture->gpu_zone_minutes, sampler->capture->gpu_skew);
    if (fraction)
        snprintf(out, size, "%d-%02d-%02d %02d:%02d:%02d,%03d", t.year, t.month, t.day, t.hour, t.minute, t.second,
                 t.millisecond);
    else
        snprintf(out, size, "%d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

static void step_line(struct sampler *sampler, const struct machine *machine) {
    const struct plan *plan = machine->plan;
    const struct job *job = &machine->job;
    char at[40];
    int every = sampler->capture->train_every;
    if (job->step % every) return;
    double seconds = (machine->now - sampler->before_at) / every, samples = (double)plan->batch * plan->gpu_count;
    double loss = 1.4 + 3.2 * exp(-(double)job->step / 4000) + 0.05 * noise_normal(&sampler->noise);
    bool fraction = sampler->capture->train_style == TRAIN_PLAIN;
    stamp(sampler, machine, at, sizeof at, fraction);
    sampler->before_at = machine->now;
    switch (sampler->capture->train_style) {
        case TRAIN_PLAIN:
            fprintf(sampler->file,
                    "%s - INFO - epoch %lld step %lld loss %.4f step_time %.3f s throughput %.1f samples/s\n", at,
                    job->epoch, job->step, loss, seconds, samples / seconds);
            break;
        case TRAIN_MEGATRON:
            fprintf(sampler->file,
                    " [%s] iteration %8lld/  500000 | consumed samples: %12lld | elapsed time per iteration (ms): %.1f "
                    "| learning rate: 1.500E-04 | "
                    "global batch size: %5.0f | lm loss: %.6E | loss scale: 1.0 | grad norm: %.3f | number of skipped "
                    "iterations:   0 |\n",
                    at, job->step, job->step * (long long)samples, seconds * 1000, samples, loss,
                    1 + fabs(noise_normal(&sampler->noise)));
            break;
        default:
            fprintf(sampler->file, "[%s] Epoch: [%lld][%4lld/%lld]\tTime %6.3f (%6.3f)\tLoss %.4e (%.4e)\n", at,
                    job->epoch, job->epoch_step, plan->epoch_steps > 0 ? plan->epoch_steps : 99999, seconds, seconds,
                    loss, loss);
    }
}

void log_train(struct sampler *sampler, const struct machine *machine, enum happening what) {
    char at[40];
    const struct plan *plan = machine->plan;
    stamp(sampler, machine, at, sizeof at, true);
    switch (what) {
        case HAPPENED_STEP:
            step_line(sampler, machine);
            return;
        case HAPPENED_START:
            sampler->before_at = machine->now + plan->load_seconds;
            fprintf(sampler->file, "%s - INFO - starting: %d GPUs, batch %d per GPU, %d loader workers\n", at,
                    plan->gpu_count, plan->batch, plan->workers);
            return;
        case HAPPENED_EPOCH:
            fprintf(sampler->file, "%s - INFO - epoch %lld finished after step %lld\n", at, machine->job.epoch,
                    machine->job.step);
            break;
        case HAPPENED_VALIDATION:
            fprintf(sampler->file, "%s - INFO - validation: top1 %.2f\n", at,
                    fmin(78, 20 + 4 * (double)machine->job.epoch));
            break;
        case HAPPENED_CHECKPOINT:
            fprintf(sampler->file, "%s - INFO - saving checkpoint at step %lld\n", at, machine->job.step);
            break;
        case HAPPENED_CHECKPOINT_END:
            fprintf(sampler->file, "%s - INFO - checkpoint saved in %.1f s\n", at,
                    machine->now - machine->checkpoint_began);
            break;
        case HAPPENED_END:
            fprintf(sampler->file, "%s - INFO - training finished at step %lld\n", at, machine->job.step);
            break;
        case HAPPENED_OOM:
            fprintf(sampler->file,
                    "%s - ERROR - training failed\nTraceback (most recent call last):\n  File \"train.py\", line 214, "
                    "in main\n    loss.backward()\n"
                    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.21 GiB. GPU 0 has a total "
                    "capacity of %.2f GiB of which 412.00 MiB is free.\n",
                    at, plan->board->memory_mib / 1024);
            break;
        case HAPPENED_FAULT:
            fprintf(sampler->file, "%s - ERROR - RuntimeError: CUDA error: unspecified launch failure\n", at);
            break;
    }
    fflush(sampler->file);
}
