#define _GNU_SOURCE

#include "accuracy_loads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

/** 0.5 A and 1.3 A behind 0.25 Ohm at 5.1 V. */
#define LOW_WATTS 2.4875
#define HIGH_WATTS 6.2075
#define BURSTS 6000
#define SINE_SECONDS 0.02
#define SINE_STEPS 40

static FILE *open_trace(accuracy_load_t *load, const char *directory, const char *file)
{
    snprintf(load->model, sizeof(load->model), "trace:%.250s/%s,loop=1", directory, file);
    char path[ACCURACY_MODEL_BYTES];
    snprintf(path, sizeof(path), "%.250s/%s", directory, file);
    FILE *stream = fopen(path, "w");
    if (!stream) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fputs("time_s,power_watts\n", stream);
    return stream;
}

static void make_square(accuracy_load_t *load, const char *directory, const char *file, double high_seconds,
                        double low_seconds)
{
    FILE *stream = open_trace(load, directory, file);
    fprintf(stream, "0,%g\n%g,%g\n%g,%g\n", HIGH_WATTS, high_seconds, LOW_WATTS, high_seconds + low_seconds,
            HIGH_WATTS);
    fclose(stream);
}

/** Bursts of 20 ms, pauses of 30 ms, each half to one and a half times as long. */
static void make_bursts(accuracy_load_t *load, const char *directory)
{
    FILE *stream = open_trace(load, directory, "bursts.csv");
    random_t random;
    random_seed(&random, 17);
    double seconds = 0;
    for (int i = 0; i < BURSTS; i++) {
        fprintf(stream, "%.6f,%g\n", seconds, i % 2 ? HIGH_WATTS : LOW_WATTS);
        seconds += (i % 2 ? 0.02 : 0.03) * (0.5 + random_uniform(&random));
    }
    fclose(stream);
}

static void make_sine(accuracy_load_t *load, const char *directory)
{
    FILE *stream = open_trace(load, directory, "sine.csv");
    for (int i = 0; i <= SINE_STEPS; i++) {
        double phase = 2 * M_PI * i / SINE_STEPS;
        double watts = (HIGH_WATTS + LOW_WATTS) / 2 + (HIGH_WATTS - LOW_WATTS) / 2 * sin(phase);
        fprintf(stream, "%.6f,%.6f\n", SINE_SECONDS * i / SINE_STEPS, watts);
    }
    fclose(stream);
}

void accuracy_loads_make(accuracy_load_t loads[ACCURACY_LOADS], const char *directory)
{
    loads[ACCURACY_CONSTANT].name = "constant";
    snprintf(loads[ACCURACY_CONSTANT].model, ACCURACY_MODEL_BYTES, "constant:%g", HIGH_WATTS);
    loads[ACCURACY_SQUARE].name = "3 of 10 ms";
    make_square(&loads[ACCURACY_SQUARE], directory, "square.csv", 0.003, 0.007);
    loads[ACCURACY_BURSTS].name = "random 20/30 ms";
    make_bursts(&loads[ACCURACY_BURSTS], directory);
    loads[ACCURACY_FAST].name = "1 of 2 ms";
    make_square(&loads[ACCURACY_FAST], directory, "fast.csv", 0.001, 0.001);
    loads[ACCURACY_SINE].name = "sine 20 ms";
    make_sine(&loads[ACCURACY_SINE], directory);
    loads[ACCURACY_RECORDED].name = "recorded";
    snprintf(loads[ACCURACY_RECORDED].model, ACCURACY_MODEL_BYTES, "trace:%s,loop=1", ACCURACY_RECORDED_TRACE);
}
