/**
 * @file
 * Stand-ins for this machine's processes, cgroups and trace files, so that a fuzzed model touches none of them. They
 * take the place of the twin library's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_counter.h"
#include "node_part.h"

typedef struct {
    cpu_counter_t counter;
    int64_t cpu_ns;
} counter_t;

static bool read_cpu(cpu_counter_t *counter, int64_t *cpu_ns)
{
    *cpu_ns = ((counter_t *)counter)->cpu_ns += 3000000;
    return *cpu_ns < 30000000;
}

static void destroy(cpu_counter_t *counter)
{
    free(counter);
}

static cpu_counter_t *create(bool there)
{
    counter_t *counter = there ? calloc(1, sizeof(*counter)) : NULL;
    if (!counter) {
        errno = ENOENT;
        return NULL;
    }
    counter->counter = (cpu_counter_t){.read = read_cpu, .destroy = destroy};
    return &counter->counter;
}

cpu_counter_t *process_tree_counter_create(int pid)
{
    return create(pid % 2 != 0);
}

cpu_counter_t *cgroup_counter_create(const char *path)
{
    return create(strlen(path) % 2 != 0);
}

node_part_t *trace_part_create(const char *path, bool loop, node_error_t *error)
{
    return strlen(path) % 2 != 0 ? constant_part_create(loop ? 2 : 1, error)
                                 : node_part_fail(error, "trace '%s': %s", path, strerror(ENOENT));
}
