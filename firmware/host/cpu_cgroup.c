#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu_counter.h"

typedef struct {
    cpu_counter_t counter;
    int fd;
    /** cpuacct.usage holds ns alone, cpu.stat lines of names and us. */
    bool version_1;
} cgroup_counter_t;

static bool read_cpu(cpu_counter_t *counter, int64_t *cpu_ns)
{
    cgroup_counter_t *cgroup = (cgroup_counter_t *)counter;
    char text[1024];
    ssize_t length = pread(cgroup->fd, text, sizeof(text) - 1, 0);
    if (length <= 0) {
        return false;
    }
    text[length] = '\0';
    static const char s_key[] = "usage_usec ";
    const char *value = cgroup->version_1 ? text : strstr(text, s_key);
    if (!value) {
        return false;
    }
    *cpu_ns = cgroup->version_1 ? strtoll(value, NULL, 10) : strtoll(value + strlen(s_key), NULL, 10) * 1000;
    return true;
}

static void destroy(cpu_counter_t *counter)
{
    close(((cgroup_counter_t *)counter)->fd);
    free(counter);
}

static int open_file(const char *path, const char *name)
{
    char file[PATH_MAX];
    if (snprintf(file, sizeof(file), "%s/%s", path, name) >= (int)sizeof(file)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(file, O_RDONLY | O_CLOEXEC);
}

cpu_counter_t *cgroup_counter_create(const char *path)
{
    cgroup_counter_t *cgroup = calloc(1, sizeof(*cgroup));
    if (!cgroup) {
        return NULL;
    }
    cgroup->counter = (cpu_counter_t){.read = read_cpu, .destroy = destroy};
    cgroup->fd = open_file(path, "cpuacct.usage");
    if (cgroup->fd < 0) {
        cgroup->fd = open_file(path, "cpuacct/cpuacct.usage"); /* where all controllers of v1 are mounted */
    }
    cgroup->version_1 = cgroup->fd >= 0;
    if (cgroup->fd < 0) {
        cgroup->fd = open_file(path, "cpu.stat");
    }
    if (cgroup->fd < 0) {
        free(cgroup);
        return NULL;
    }
    int64_t cpu_ns;
    if (!read_cpu(&cgroup->counter, &cpu_ns)) {
        destroy(&cgroup->counter);
        errno = ENODATA;
        return NULL;
    }
    return &cgroup->counter;
}
