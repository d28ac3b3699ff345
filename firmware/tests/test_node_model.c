/* Models of a node: their text, their power over time, their account. */
#include "cmocka_all.h"
#include "node_model.h"
#include "shunt_choice.h"
#include "temporary_directory.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static char s_directory[TEMPORARY_PATH_BYTES];

static int make_directory(void **state)
{
    (void)state;
    temporary_directory_make(s_directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    temporary_directory_remove(s_directory);
    return 0;
}

static node_model_t model_of(const char *text)
{
    node_model_t node = {0};
    node_error_t error = {.text = ""};
    if (!node_channel_parse(&node.channels[0], text, &error)) {
        fail_msg("'%s': %s", text, error.text);
    }
    return node;
}

/** Energy of channel 1 over [from, until). */
static double advance(node_model_t *node, int64_t from_ns, int64_t until_ns)
{
    double joules = 0;
    while (from_ns < until_ns) {
        double watts[NODE_CHANNELS];
        int64_t end_ns = node_model_advance(node, from_ns, until_ns, watts);
        assert_true(end_ns > from_ns && end_ns <= until_ns);
        joules += watts[0] * (double)(end_ns - from_ns) * 1e-9;
        from_ns = end_ns;
    }
    return joules;
}

static double accounted(const node_model_t *node)
{
    double joules = 0;
    for (size_t p = 0; p < node->channels[0].part_count; p++) {
        for (size_t s = 0; s < node->channels[0].parts[p]->source_count; s++) {
            joules += node->channels[0].parts[p]->sources[s].energy_joules;
        }
    }
    return joules;
}

static void assert_close(double value, double expected)
{
    if (fabs(value - expected) > 1e-9 * (1 + fabs(expected))) {
        fail_msg("%.12g is not %.12g", value, expected);
    }
}

static void a_sum_of_constants(void **state)
{
    (void)state;
    node_model_t node = model_of("constant:2+constant:1.5e+0");
    assert_int_equal(node.channels[0].part_count, 2);
    assert_close(advance(&node, 0, 10 * SECOND), 35);
    assert_close(accounted(&node), 35);
    node_model_destroy(&node);
}

static void a_trace_holds_each_power_until_the_next(void **state)
{
    (void)state;
    char file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 32];
    temporary_directory_write(s_directory, "trace.csv", "time_s,power_watts\n10,1\n12,5\r\n13,2\n", file);
    snprintf(model, sizeof(model), "trace:%s", file);
    node_model_t node = model_of(model);
    assert_close(advance(&node, 0, SECOND), 1);
    assert_close(advance(&node, SECOND, 3 * SECOND), 6);
    assert_close(advance(&node, 3 * SECOND, 103 * SECOND), 200);
    assert_close(accounted(&node), 207);
    node_model_destroy(&node);
}

static void a_looped_trace_starts_again(void **state)
{
    (void)state;
    char file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 32];
    temporary_directory_write(s_directory, "trace.csv", "time_s,power_watts\n0,1\n2,5\n3,99\n", file);
    snprintf(model, sizeof(model), "trace:%s,loop=1+constant:1", file);
    node_model_t node = model_of(model);
    assert_close(advance(&node, 0, 30 * SECOND), 10 * 7 + 30);
    assert_close(advance(&node, 30 * SECOND, 32 * SECOND), 4);
    node_model_destroy(&node);
}

static void damaged_traces_are_refused_with_the_line(void **state)
{
    (void)state;
    static const char *const s_damaged[][2] = {
        {"", "has no row"},
        {"time,watts\n0,1\n", "does not start with the line time_s,power_watts"},
        {"time_s,power_watts\n", "has no row"},
        {"time_s,power_watts\n0,1\n0,2\n", "line 3"},
        {"time_s,power_watts\n0,1\n-1,2\n", "line 3"},
        {"time_s,power_watts\n0,-1\n", "line 2"},
        {"time_s,power_watts\n0,nan\n", "line 2"},
        {"time_s,power_watts\n0,1,2\n", "line 2"},
        {"time_s,power_watts\nzero\n", "line 2"},
        {"time_s,power_watts\n0,1\n1e30,2\n", "line 3"},
    };
    for (size_t i = 0; i < sizeof(s_damaged) / sizeof(s_damaged[0]); i++) {
        char file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 32];
        temporary_directory_write(s_directory, "trace.csv", s_damaged[i][0], file);
        snprintf(model, sizeof(model), "trace:%s", file);
        node_model_t node = {0};
        node_error_t error;
        assert_false(node_channel_parse(&node.channels[0], model, &error));
        if (!strstr(error.text, s_damaged[i][1]) && i != 0) {
            fail_msg("'%s' does not say '%s'", error.text, s_damaged[i][1]);
        }
        node_model_destroy(&node);
    }
}

/** One that would be two valid rows when it is cut where the reader's line ends. */
static void a_row_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[400], file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 32];
    snprintf(text, sizeof(text), "time_s,power_watts\n0,0.%0251d5,2\n", 0);
    temporary_directory_write(s_directory, "trace.csv", text, file);
    snprintf(model, sizeof(model), "trace:%s", file);
    node_model_t node = {0};
    node_error_t error = {.text = ""};
    assert_false(node_channel_parse(&node.channels[0], model, &error));
    assert_non_null(strstr(error.text, "line 2: longer than 254 characters"));
    node_model_destroy(&node);
}

static void text_that_is_no_model_is_refused(void **state)
{
    (void)state;
    static const char *const s_invalid[] = {
        "",
        "2.5",
        "constant:",
        "constant:-1",
        "constant:x",
        "constant:1,idle_watts=2",
        "trace:/nowhere",
        "process:0",
        "process:x",
        "process:999999999",
        "cgroup:/nowhere",
        "cgroup:",
        "constant:1+",
        "process:1,idle_watts=-1",
        "process:1,watts",
        "process:1,loop=1",
        "watts:3",
    };
    for (size_t i = 0; i < sizeof(s_invalid) / sizeof(s_invalid[0]); i++) {
        node_model_t node = {0};
        node_error_t error = {.text = ""};
        if (node_channel_parse(&node.channels[0], s_invalid[i], &error)) {
            fail_msg("'%s' is taken for a model", s_invalid[i]);
        }
        assert_true(strlen(error.text) > 0);
        node_model_destroy(&node);
    }
}

static void settings_change_a_live_model(void **state)
{
    (void)state;
    char model[64];
    snprintf(model, sizeof(model), "process:%d,watts_per_core=7,idle_watts=4", (int)getpid());
    node_model_t node = model_of(model);
    node_model_read(&node, SECOND);
    double joules = advance(&node, 0, SECOND);
    assert_close(joules, 4 + node.channels[0].parts[0]->sources[1].cores * 7);
    assert_string_equal(node.channels[0].parts[0]->sources[0].name, "idle");
    assert_string_equal(node.channels[0].parts[0]->sources[1].name, "cpu");
    node_model_destroy(&node);
}

static void write_usage(const char *file, long long ns)
{
    FILE *stream = fopen(file, "r+");
    assert_non_null(stream);
    fprintf(stream, "%lld\n", ns);
    fclose(stream);
}

static void cpu_time_is_spread_over_the_interval_and_none_is_lost(void **state)
{
    (void)state;
    char file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 64];
    temporary_directory_write(s_directory, "cpuacct.usage", "1000\n", file);
    snprintf(model, sizeof(model), "cgroup:%s,idle_watts=0,watts_per_core=3", s_directory);
    node_model_t node = model_of(model);
    write_usage(file, 1000 + 5000000);
    node_model_read(&node, 10000000);
    assert_close(advance(&node, 0, 10000000), 0.015);
    assert_close(node.channels[0].parts[0]->sources[1].cores, 0.5);
    /* More than the machine has cores: the rest follows. */
    write_usage(file, 1000 + 5000000 + 100 * SECOND);
    int64_t now_ns = 10000000;
    double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    node_model_read(&node, 20000000);
    advance(&node, now_ns, 20000000);
    assert_close(node.channels[0].parts[0]->sources[1].cores, cores);
    for (now_ns = 20000000; now_ns < 101 * SECOND; now_ns += 10000000) {
        node_model_read(&node, now_ns + 10000000);
        advance(&node, now_ns, now_ns + 10000000);
    }
    assert_true(fabs(node.channels[0].parts[0]->sources[1].cpu_seconds - 100.005) < 0.011 * cores);
    /* Going back is no energy. */
    double before = accounted(&node);
    write_usage(file, 0);
    node_model_read(&node, now_ns + SECOND);
    advance(&node, now_ns, now_ns + SECOND);
    assert_close(accounted(&node), before);
    node_model_destroy(&node);
}

/** A reading does not change the power of a time before the one it is about. */
static void a_twin_that_is_a_little_behind_plays_what_was_then(void **state)
{
    (void)state;
    char file[TEMPORARY_PATH_BYTES], model[TEMPORARY_PATH_BYTES + 64];
    temporary_directory_write(s_directory, "cpuacct.usage", "0\n", file);
    snprintf(model, sizeof(model), "cgroup:%s,idle_watts=1,watts_per_core=2", s_directory);
    node_model_t node = model_of(model);
    write_usage(file, 10000000);
    node_model_read(&node, 10000000); /* one core: 3 W */
    assert_close(advance(&node, 0, 8000000), 0.024);
    node_model_read(&node, 20000000); /* none: 1 W from 10 ms on */
    assert_close(advance(&node, 8000000, 19000000), 2 * 0.003 + 9 * 0.001);
    assert_close(node.channels[0].parts[0]->sources[1].cpu_seconds, 0.01);
    node_model_destroy(&node);
}

static void the_shunt_fits_a_live_node(void **state)
{
    (void)state;
    const supply_t supply = {.supply_volts = 5.1, .supply_ohm = 0.05};
    char model[64];
    node_model_t node = model_of("constant:12");
    assert_close(shunt_choice(&node, &supply), 0.1);
    node_model_destroy(&node);
    double watts_per_core = 10.0 / (double)sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(model, sizeof(model), "constant:2+process:%d,idle_watts=1,watts_per_core=%f", (int)getpid(),
             watts_per_core);
    node = model_of(model);
    assert_close(shunt_choice(&node, &supply), 0.05); /* 13 W are 2.6 A */
    node_model_destroy(&node);
    snprintf(model, sizeof(model), "process:%d,idle_watts=1000", (int)getpid());
    node = model_of(model);
    assert_close(shunt_choice(&node, &supply), 0.002);
    node_model_destroy(&node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_of_constants),
        cmocka_unit_test(a_trace_holds_each_power_until_the_next),
        cmocka_unit_test(a_looped_trace_starts_again),
        cmocka_unit_test(damaged_traces_are_refused_with_the_line),
        cmocka_unit_test(a_row_that_is_too_long_is_refused),
        cmocka_unit_test(text_that_is_no_model_is_refused),
        cmocka_unit_test(settings_change_a_live_model),
        cmocka_unit_test(cpu_time_is_spread_over_the_interval_and_none_is_lost),
        cmocka_unit_test(a_twin_that_is_a_little_behind_plays_what_was_then),
        cmocka_unit_test(the_shunt_fits_a_live_node),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
