/** @file What a meter keeps over restarts, in files: NAME.0 and NAME.1 are the two slots. */
#pragma once

#include "meter_store.h"

#define STATE_FILE_PATH_BYTES 4096

typedef struct {
    char path[STATE_FILE_PATH_BYTES];
} state_file_t;

/** @return false, with errno set, when the slots can't be written there */
bool state_file_open(state_file_t *file, const char *path);

/** The slots as the store sees them; `file` must stay where it is. */
meter_store_port_t state_file_port(state_file_t *file);
