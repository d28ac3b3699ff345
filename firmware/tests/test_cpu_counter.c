/* CPU time of real process trees and of cgroups. */
#include "cmocka_all.h"
#include "cpu_counter.h"
#include "temporary_directory.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static int64_t own_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void burn(int64_t cpu_ns)
{
    int64_t end_ns = own_cpu_ns() + cpu_ns;
    while (own_cpu_ns() < end_ns) {
    }
}

static int64_t read_ns(cpu_counter_t *counter)
{
    int64_t cpu_ns = -1;
    assert_true(counter->read(counter, &cpu_ns));
    return cpu_ns;
}

/** A child that runs `work` and then sleeps until it is killed. */
static pid_t start(void (*work)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        work();
        for (;;) {
            pause();
        }
    }
    assert_true(pid > 0);
    return pid;
}

static void stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void rest(void)
{
}

static void burn_50_ms(void)
{
    burn(50 * MS);
}

/** Reads until the counter shows `least_ns` or 5 s have passed; checks that it never goes back. */
static int64_t read_until(cpu_counter_t *counter, int64_t least_ns)
{
    int64_t last_ns = 0;
    for (int i = 0; i < 2500; i++) {
        int64_t now_ns = read_ns(counter);
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
        if (last_ns >= least_ns) {
            break;
        }
        usleep(2000);
    }
    return last_ns;
}

static void counts_a_process(void **state)
{
    (void)state;
    pid_t pid = start(burn_50_ms);
    cpu_counter_t *counter = process_tree_counter_create(pid);
    assert_non_null(counter);
    int64_t cpu_ns = read_until(counter, 50 * MS);
    assert_true(cpu_ns >= 50 * MS && cpu_ns < 70 * MS);
    counter->destroy(counter);
    stop(pid);
}

/** A child of its own works and ends, then another one, while this process lives on. */
static void two_children_one_after_the_other(void)
{
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            burn(60 * MS);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}

static void keeps_the_time_of_children_that_ended(void **state)
{
    (void)state;
    pid_t pid = start(two_children_one_after_the_other);
    cpu_counter_t *counter = process_tree_counter_create(pid);
    int64_t last_ns = read_until(counter, 110 * MS);
    /* What each used after it was last read is lost; the whole of one is not. */
    if (last_ns < 80 * MS || last_ns > 140 * MS) {
        fail_msg("%lld ms, not about 120", (long long)(last_ns / MS));
    }
    counter->destroy(counter);
    stop(pid);
}

static void grandchildren_outlive_their_parent(void)
{
    if (fork() == 0) {
        if (fork() == 0) {
            usleep(100000);
            burn(50 * MS);
            usleep(500000);
            _exit(0);
        }
        usleep(50000);
        _exit(0);
    }
}

static void counts_descendants_whose_parent_ended(void **state)
{
    (void)state;
    pid_t pid = start(grandchildren_outlive_their_parent);
    cpu_counter_t *counter = process_tree_counter_create(pid);
    assert_true(read_until(counter, 50 * MS) >= 50 * MS);
    counter->destroy(counter);
    stop(pid);
}

static void tells_that_the_process_is_gone_and_keeps_its_time(void **state)
{
    (void)state;
    pid_t pid = start(burn_50_ms);
    cpu_counter_t *counter = process_tree_counter_create(pid);
    int64_t before_ns = read_until(counter, 50 * MS);
    stop(pid);
    int64_t after_ns = 0;
    assert_false(counter->read(counter, &after_ns));
    assert_true(after_ns >= before_ns);
    counter->destroy(counter);
}

static void no_such_process(void **state)
{
    (void)state;
    pid_t pid = start(rest);
    stop(pid);
    assert_null(process_tree_counter_create(pid));
}

static void reads_both_versions_of_cgroups(void **state)
{
    (void)state;
    char directory[TEMPORARY_PATH_BYTES], file[TEMPORARY_PATH_BYTES];
    temporary_directory_make(directory);
    temporary_directory_write(directory, "cpu.stat", "usage_usec 1234567\nuser_usec 1\nsystem_usec 2\n", file);
    cpu_counter_t *counter = cgroup_counter_create(directory);
    assert_non_null(counter);
    assert_true(read_ns(counter) == INT64_C(1234567000));
    counter->destroy(counter);
    temporary_directory_write(directory, "cpuacct.usage", "987654321\n", file);
    counter = cgroup_counter_create(directory);
    assert_non_null(counter);
    assert_true(read_ns(counter) == 987654321);
    int64_t cpu_ns = 0;
    assert_int_equal(truncate(file, 0), 0); /* a removed cgroup reads as nothing or as an error */
    assert_false(counter->read(counter, &cpu_ns));
    counter->destroy(counter);
    temporary_directory_remove(directory);
}

static void reads_where_all_controllers_of_version_1_are_mounted(void **state)
{
    (void)state;
    char directory[TEMPORARY_PATH_BYTES], controller[TEMPORARY_PATH_BYTES], file[TEMPORARY_PATH_BYTES];
    temporary_directory_make(directory);
    snprintf(controller, sizeof(controller), "%.200s/cpuacct", directory);
    assert_int_equal(mkdir(controller, 0700), 0);
    temporary_directory_write(controller, "cpuacct.usage", "987654321\n", file);
    cpu_counter_t *counter = cgroup_counter_create(directory);
    assert_non_null(counter);
    assert_true(read_ns(counter) == 987654321);
    counter->destroy(counter);
    temporary_directory_remove(controller);
    temporary_directory_remove(directory);
}

static void a_directory_that_is_no_cgroup(void **state)
{
    (void)state;
    char directory[TEMPORARY_PATH_BYTES], file[TEMPORARY_PATH_BYTES];
    temporary_directory_make(directory);
    assert_null(cgroup_counter_create(directory));
    temporary_directory_write(directory, "cpu.stat", "nr_periods 0\n", file);
    assert_null(cgroup_counter_create(directory));
    temporary_directory_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_process),
        cmocka_unit_test(keeps_the_time_of_children_that_ended),
        cmocka_unit_test(counts_descendants_whose_parent_ended),
        cmocka_unit_test(tells_that_the_process_is_gone_and_keeps_its_time),
        cmocka_unit_test(no_such_process),
        cmocka_unit_test(reads_both_versions_of_cgroups),
        cmocka_unit_test(reads_where_all_controllers_of_version_1_are_mounted),
        cmocka_unit_test(a_directory_that_is_no_cgroup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
