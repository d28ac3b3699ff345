#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "cpu_counter.h"

/** Children of a process's other threads are looked for at every so many readings. */
#define READINGS_PER_THREAD_SCAN 10

typedef struct {
    pid_t pid;
    clockid_t clock;
    /** /proc/PID/task/PID/children, kept open: it fails once the process is gone, even if its number is used again. */
    int children_fd;
    int64_t cpu_ns;
} process_t;

typedef struct {
    cpu_counter_t counter;
    process_t *processes;
    size_t count;
    size_t capacity;
    pid_t root;
    bool root_gone;
    /** Of processes that ended, as last read: up to one reading interval of each is lost. */
    int64_t ended_ns;
    unsigned readings;
} process_tree_t;

static int64_t to_ns(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int open_children(pid_t pid, pid_t thread)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)thread);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool known(const process_tree_t *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->processes[i].pid == pid) {
            return true;
        }
    }
    return false;
}

/** Adds a process unless it is known or has ended meanwhile. */
static bool add(process_tree_t *tree, pid_t pid)
{
    if (known(tree, pid)) {
        return true;
    }
    if (tree->count == tree->capacity) {
        size_t capacity = tree->capacity ? 2 * tree->capacity : 16;
        process_t *processes = realloc(tree->processes, capacity * sizeof(*processes));
        if (!processes) {
            errno = ENOMEM;
            return false;
        }
        tree->processes = processes;
        tree->capacity = capacity;
    }
    process_t process = {.pid = pid, .children_fd = open_children(pid, pid)};
    if (process.children_fd < 0) {
        return false;
    }
    int error = clock_getcpuclockid(pid, &process.clock);
    if (error != 0) {
        close(process.children_fd);
        errno = error;
        return false;
    }
    tree->processes[tree->count++] = process;
    return true;
}

/** Adds the children a children file lists. @return false when the file's process is gone */
static bool add_children(process_tree_t *tree, int fd)
{
    char text[4096];
    off_t offset = 0;
    pid_t pid = 0;
    for (;;) {
        ssize_t length = pread(fd, text, sizeof(text), offset);
        if (length < 0) {
            return errno != ESRCH;
        }
        if (length == 0) {
            return true;
        }
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
            } else if (pid != 0) {
                add(tree, pid);
                pid = 0;
            }
        }
        offset += length;
    }
}

static void add_children_of_threads(process_tree_t *tree, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(threads));) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread <= 0 || thread == pid) {
            continue;
        }
        int fd = open_children(pid, thread);
        if (fd >= 0) {
            add_children(tree, fd);
            close(fd);
        }
    }
    closedir(threads);
}

/** @return false when the process has ended */
static bool update(process_t *process)
{
    struct timespec time;
    if (clock_gettime(process->clock, &time) != 0) {
        return false;
    }
    if (to_ns(time) > process->cpu_ns) {
        process->cpu_ns = to_ns(time);
    }
    return true;
}

static void forget(process_tree_t *tree, size_t index)
{
    process_t *process = &tree->processes[index];
    tree->ended_ns += process->cpu_ns;
    tree->root_gone |= process->pid == tree->root;
    close(process->children_fd);
    *process = tree->processes[--tree->count];
}

static bool read_cpu(cpu_counter_t *counter, int64_t *cpu_ns)
{
    process_tree_t *tree = (process_tree_t *)counter;
    bool scan_threads = tree->readings++ % READINGS_PER_THREAD_SCAN == 0;
    /* Children found are appended, so they get their turn in this reading. */
    for (size_t i = 0; i < tree->count;) {
        if (!add_children(tree, tree->processes[i].children_fd) || !update(&tree->processes[i])) {
            forget(tree, i);
            continue;
        }
        if (scan_threads) {
            add_children_of_threads(tree, tree->processes[i].pid);
        }
        i++;
    }
    *cpu_ns = tree->ended_ns;
    for (size_t i = 0; i < tree->count; i++) {
        *cpu_ns += tree->processes[i].cpu_ns;
    }
    return !tree->root_gone;
}

static void destroy(cpu_counter_t *counter)
{
    process_tree_t *tree = (process_tree_t *)counter;
    for (size_t i = 0; i < tree->count; i++) {
        close(tree->processes[i].children_fd);
    }
    free(tree->processes);
    free(tree);
}

cpu_counter_t *process_tree_counter_create(int pid)
{
    process_tree_t *tree = calloc(1, sizeof(*tree));
    if (!tree) {
        return NULL;
    }
    tree->counter = (cpu_counter_t){.read = read_cpu, .destroy = destroy};
    tree->root = pid;
    if (!add(tree, pid)) {
        int error = errno;
        destroy(&tree->counter);
        errno = error;
        return NULL;
    }
    return &tree->counter;
}
