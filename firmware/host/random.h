/** @file Random numbers by seed: the same on every machine, unlike rand(). */
#pragma once

#include <stdint.h>

typedef struct {
    uint64_t state;
    double spare;
    int has_spare;
} random_t;

void random_seed(random_t *random, uint64_t seed);

/** Uniform in [0, 1). */
double random_uniform(random_t *random);

/** Normal, mean 0, standard deviation 1. */
double random_normal(random_t *random);
