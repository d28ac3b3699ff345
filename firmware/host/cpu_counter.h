/**
 * @file
 * CPU time that a process tree or a cgroup has used: it never goes back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct cpu_counter cpu_counter_t;

struct cpu_counter {
    /** @return false when what was counted is gone; then the last value stands */
    bool (*read)(cpu_counter_t *counter, int64_t *cpu_ns);
    void (*destroy)(cpu_counter_t *counter);
};

/** A process and all its descendants, whoever adopts them; NULL with errno if there is no such process. */
cpu_counter_t *process_tree_counter_create(int pid);

/** A cgroup directory: cpuacct.usage (v1) or cpu.stat's usage_usec (v2); NULL with errno. */
cpu_counter_t *cgroup_counter_create(const char *path);
