/** @file The wire vectors of proto/vectors as a table, generated when the tests are built. */
#pragma once

#include <stdbool.h>

#define VECTOR_FIELDS 24

typedef struct {
    /** NULL after the last one. */
    const char *name;
    /** As JSON prints it; `ON` and `OFF` for booleans. */
    const char *value;
} vector_field_t;

typedef struct {
    const char *name;
    const char *kind;
    bool valid;
    const char *hex;
    vector_field_t fields[VECTOR_FIELDS];
} vector_t;

extern const vector_t g_vectors[];
extern const unsigned g_vector_count;
