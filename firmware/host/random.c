#include "random.h"

#include <math.h>

void random_seed(random_t *random, uint64_t seed)
{
    *random = (random_t){.state = seed};
}

/** SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
static uint64_t next(random_t *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double random_uniform(random_t *random)
{
    return (double)(next(random) >> 11) * 0x1p-53;
}

/** Marsaglia's polar method gives two at a time. */
double random_normal(random_t *random)
{
    if (random->has_spare) {
        random->has_spare = 0;
        return random->spare;
    }
    double x;
    double y;
    double square;
    do {
        x = 2 * random_uniform(random) - 1;
        y = 2 * random_uniform(random) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    random->spare = y * scale;
    random->has_spare = 1;
    return x * scale;
}
