/** @file Loads that a node may be, as traces for the twin: 0.5 A and 1.3 A at 5.1 V less 0.25 Ohm. */
#pragma once

#define ACCURACY_MODEL_BYTES 320

typedef struct {
    const char *name;
    /** As the twin takes it. */
    char model[ACCURACY_MODEL_BYTES];
} accuracy_load_t;

enum {
    ACCURACY_CONSTANT,
    ACCURACY_SQUARE,
    ACCURACY_BURSTS,
    ACCURACY_FAST,
    ACCURACY_SINE,
    ACCURACY_RECORDED,
    ACCURACY_LOADS,
};

/** Writes the traces to `directory`, which must be there. */
void accuracy_loads_make(accuracy_load_t loads[ACCURACY_LOADS], const char *directory);
