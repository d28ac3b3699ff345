/** @file Bytes of a fuzzer read as numbers; when they are used up, every number is 0. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *data;
    size_t left;
} fuzz_input_t;

/** A number of `bytes` bytes, 1 to 8. */
uint64_t fuzz_number(fuzz_input_t *input, unsigned bytes);

/** A number from 0 to `end - 1`. */
unsigned fuzz_below(fuzz_input_t *input, unsigned end);

/** Takes up to `length` bytes; @return how many there were, and where in `*bytes` */
size_t fuzz_take(fuzz_input_t *input, size_t length, const uint8_t **bytes);

/** Takes what is left as a string; to be freed. A NUL ends it early. */
char *fuzz_text(fuzz_input_t *input);
