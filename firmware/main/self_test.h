/** @file Whether this image does what a meter must: what an update has to prove before it stays. */
#pragma once

#include <stdbool.h>

typedef struct {
    /** Every sensor with an enabled channel answered with its identity and was configured. */
    bool sensors_found;
    bool address_got;
    /** Every enabled channel has integrated. */
    bool energy_integrated;
} self_test_t;

self_test_t self_test_run(void);

bool self_test_passed(const self_test_t *test);
