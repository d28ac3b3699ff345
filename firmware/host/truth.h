/**
 * @file
 * The truth file: what the node's model really drew, as CSV. Times are Unix us of the host's clock at the instant the
 * model had reached; energies and CPU seconds are cumulative since the twin's start. Whole blocks of lines are
 * appended, so a reader sees complete lines at any time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "node_model.h"

typedef struct {
    int fd;
    const char *path;
    int64_t written_ns;
} truth_t;

/** Replaces the file and writes the header. @return false with errno */
bool truth_open(truth_t *truth, const char *path);

/**
 * Appends the present account, if the last one is 50 ms old.
 * @param now_ns  simulated time
 * @param unix_us  the instant that the account has reached, on the host's clock
 * @param last  write it whenever the last one was
 */
void truth_write(truth_t *truth, const node_model_t *node, int64_t now_ns, int64_t unix_us, bool last);

void truth_close(truth_t *truth);
