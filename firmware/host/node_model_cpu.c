#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu_counter.h"
#include "node_part.h"

enum { IDLE, CPU };

typedef struct {
    node_part_t part;
    cpu_counter_t *counter;
    double watts_per_core;
    long machine_cores;
    /** For the log. */
    char name[256];
    bool gone;
    int64_t read_ns;
    /** The power now known holds from here on; until here the one before it: the twin may be a little behind. */
    int64_t since_ns;
    double cores;
    double cores_before;
    int64_t cpu_ns;
    /** CPU time read but not yet played: accounting comes in ticks, so a short interval can show more than there is. */
    int64_t carried_ns;
} cpu_part_t;

/** Spreads the CPU time used since the last reading evenly over the time since then. */
static void read_cpu(node_part_t *part, int64_t now_ns)
{
    cpu_part_t *cpu = (cpu_part_t *)part;
    int64_t cpu_ns = cpu->cpu_ns;
    bool there = cpu->counter->read(cpu->counter, &cpu_ns);
    if (!there && !cpu->gone) {
        fprintf(stderr, "power-meter-twin: %s is gone; its node goes on without it\n", cpu->name);
        cpu->gone = true;
    }
    if (cpu_ns > cpu->cpu_ns) {
        cpu->carried_ns += cpu_ns - cpu->cpu_ns;
        cpu->cpu_ns = cpu_ns;
    }
    int64_t elapsed_ns = now_ns - cpu->read_ns;
    if (elapsed_ns <= 0) {
        return;
    }
    int64_t possible_ns = elapsed_ns * cpu->machine_cores;
    int64_t played_ns = cpu->carried_ns < possible_ns ? cpu->carried_ns : possible_ns;
    cpu->carried_ns -= played_ns;
    cpu->since_ns = cpu->read_ns;
    cpu->read_ns = now_ns;
    cpu->cores_before = cpu->cores;
    cpu->cores = (double)played_ns / (double)elapsed_ns;
}

static int64_t set_power(node_part_t *part, int64_t from_ns, int64_t until_ns)
{
    cpu_part_t *cpu = (cpu_part_t *)part;
    bool before = from_ns < cpu->since_ns;
    double cores = before ? cpu->cores_before : cpu->cores;
    part->sources[CPU].cores = cores;
    part->sources[CPU].watts = cores * cpu->watts_per_core;
    return before && cpu->since_ns < until_ns ? cpu->since_ns : until_ns;
}

static void destroy(node_part_t *part)
{
    cpu_part_t *cpu = (cpu_part_t *)part;
    cpu->counter->destroy(cpu->counter);
    free(part);
}

static const node_part_type_t s_type = {.read = read_cpu, .set_power = set_power, .destroy = destroy};

static node_part_t *create(cpu_counter_t *counter, cpu_power_t power, const char *name, node_error_t *error)
{
    cpu_part_t *cpu = calloc(1, sizeof(*cpu));
    if (!cpu) {
        counter->destroy(counter);
        return node_part_fail(error, "out of memory");
    }
    cpu->part = (node_part_t){
        .type = &s_type, .source_count = 2, .sources = {{.name = "idle", .watts = power.idle_watts}, {.name = "cpu"}}};
    cpu->counter = counter;
    cpu->watts_per_core = power.watts_per_core;
    cpu->machine_cores = sysconf(_SC_NPROCESSORS_ONLN);
    cpu->part.live = true;
    cpu->part.max_watts = power.idle_watts + power.watts_per_core * (double)cpu->machine_cores;
    snprintf(cpu->name, sizeof(cpu->name), "%s", name);
    counter->read(counter, &cpu->cpu_ns);
    return &cpu->part;
}

node_part_t *process_part_create(int pid, cpu_power_t power, node_error_t *error)
{
    char name[64];
    snprintf(name, sizeof(name), "process %d", pid);
    cpu_counter_t *counter = process_tree_counter_create(pid);
    if (!counter) {
        return node_part_fail(error, "%s: %s", name, strerror(errno == ENOENT ? ESRCH : errno));
    }
    return create(counter, power, name, error);
}

node_part_t *cgroup_part_create(const char *path, cpu_power_t power, node_error_t *error)
{
    char name[256];
    snprintf(name, sizeof(name), "cgroup '%s'", path);
    cpu_counter_t *counter = cgroup_counter_create(path);
    if (!counter) {
        return node_part_fail(error, "%s has no readable cpuacct.usage (v1) or usage_usec in cpu.stat (v2): %s", name,
                              strerror(errno));
    }
    return create(counter, power, name, error);
}
