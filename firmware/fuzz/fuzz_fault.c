/** @file Any text as a schedule of faults: states within their limits and a last event, or a message for the user. */
#include <string.h>

#include "fault_schedule.h"
#include "fuzz_target.h"

#define MAX_DELAY_NS INT64_C(10000000000)

static void check_state(const fault_schedule_t *schedule, int64_t now_ns)
{
    fault_state_t state = fault_schedule_state(schedule, now_ns);
    HOLDS(state.link.loss >= 0 && state.link.loss <= 1);
    HOLDS(state.link.duplicate >= 0 && state.link.duplicate <= 1);
    HOLDS(state.link.reorder >= 0 && state.link.reorder <= 1);
    HOLDS(state.link.delay_ns >= 0 && state.link.delay_ns <= MAX_DELAY_NS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    char *text = fuzz_text(&input);
    fault_schedule_t schedule = {.count = 0};
    char problem[80] = "";
    bool valid = fault_schedule_parse(&schedule, text, problem, sizeof(problem));
    HOLDS(valid || (problem[0] != '\0' && memchr(problem, '\0', sizeof(problem))));
    HOLDS(schedule.count <= FAULT_SCHEDULE_FAULTS && (!valid || schedule.count >= 1));
    for (size_t i = 0; i < schedule.count; i++) {
        HOLDS(schedule.faults[i].from_ns >= 0 && schedule.faults[i].until_ns >= schedule.faults[i].from_ns);
    }
    check_state(&schedule, 0);
    unsigned changes = 0;
    for (int64_t now_ns = fault_schedule_next_ns(&schedule, 0); now_ns < INT64_MAX;) {
        HOLDS(++changes <= 2 * schedule.count);
        check_state(&schedule, now_ns);
        int64_t next_ns = fault_schedule_next_ns(&schedule, now_ns);
        HOLDS(next_ns > now_ns);
        now_ns = next_ns;
    }
    free(text);
    return 0;
}
