#define _POSIX_C_SOURCE 200809L

#include "fault_schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse_number.h"

#define NS_PER_SECOND 1e9
#define MAX_SECONDS 1e8
#define MAX_DELAY_MS 10000

typedef struct {
    const char *name;
    fault_kind_t kind;
    /** It happens at a moment, else it lasts. */
    bool event;
    /** It takes a probability, or a delay. */
    bool probability;
    bool delay;
} description_t;

static const description_t s_descriptions[] = {
    {.name = "reboot", .kind = FAULT_REBOOT, .event = true},
    {.name = "sensor-reset", .kind = FAULT_SENSOR_RESET, .event = true},
    {.name = "silence", .kind = FAULT_SILENCE},
    {.name = "nack", .kind = FAULT_NACK},
    {.name = "stuck-bus", .kind = FAULT_STUCK_BUS},
    {.name = "loss", .kind = FAULT_LOSS, .probability = true},
    {.name = "duplicate", .kind = FAULT_DUPLICATE, .probability = true},
    {.name = "reorder", .kind = FAULT_REORDER, .probability = true},
    {.name = "delay", .kind = FAULT_DELAY, .delay = true},
};

static bool add(fault_schedule_t *schedule, const fault_t *fault)
{
    if (schedule->count == FAULT_SCHEDULE_FAULTS) {
        return false;
    }
    schedule->faults[schedule->count++] = *fault;
    return true;
}

bool fault_schedule_always(fault_schedule_t *schedule, fault_kind_t kind, double value)
{
    return add(schedule, &(fault_t){.kind = kind, .value = value, .until_ns = INT64_MAX});
}

static const description_t *describe(const char *name)
{
    for (size_t i = 0; i < sizeof(s_descriptions) / sizeof(s_descriptions[0]); i++) {
        if (strcmp(s_descriptions[i].name, name) == 0) {
            return &s_descriptions[i];
        }
    }
    return NULL;
}

/** Cuts `text` at the first `mark`. @return what follows it, or NULL */
static char *cut(char *text, char mark)
{
    char *rest = strchr(text, mark);
    if (rest) {
        *rest++ = '\0';
    }
    return rest;
}

static bool parse_seconds(const char *text, int64_t *ns)
{
    double seconds;
    if (!parse_double(text, 0, MAX_SECONDS, &seconds)) {
        return false;
    }
    *ns = llround(seconds * NS_PER_SECOND);
    return true;
}

static bool parse_value(const description_t *description, char *text, double *value)
{
    if (description->probability) {
        return text && parse_double(text, 0, 1, value);
    }
    if (description->delay) {
        size_t length = text ? strlen(text) : 0;
        if (length < 3 || strcmp(text + length - 2, "ms") != 0) {
            return false;
        }
        text[length - 2] = '\0';
        bool valid = parse_double(text, 0, MAX_DELAY_MS, value);
        *value /= 1000;
        return valid;
    }
    return !text;
}

static bool parse_times(const description_t *description, char *text, fault_t *fault)
{
    fault->until_ns = INT64_MAX;
    if (!text) {
        return !description->event;
    }
    char *duration = cut(text, '+');
    int64_t duration_ns = 0;
    if (!parse_seconds(text, &fault->from_ns) || (duration && !parse_seconds(duration, &duration_ns))) {
        return false;
    }
    if (description->event) {
        fault->until_ns = fault->from_ns;
        /* Nothing happens before the start. */
        return !duration && fault->from_ns > 0;
    }
    if (duration) {
        fault->until_ns = fault->from_ns + duration_ns;
    }
    return true;
}

/** Takes one fault apart; `text` is cut up. */
static bool parse_one(fault_schedule_t *schedule, char *text, char *problem, size_t problem_bytes)
{
    char shown[64];
    snprintf(shown, sizeof(shown), "%s", text);
    fault_t fault = {0};
    char *times = cut(text, '@');
    char *value = cut(text, '=');
    const description_t *description = describe(text);
    if (!description) {
        snprintf(problem, problem_bytes, "'%s' is no fault", shown);
    } else if (!parse_value(description, value, &fault.value)) {
        snprintf(problem, problem_bytes, "'%s': %s takes %s", shown, description->name,
                 description->probability ? "a probability, such as =0.2"
                 : description->delay     ? "a time up to 10 s, such as =50ms"
                                          : "no value");
    } else if (!parse_times(description, times, &fault)) {
        snprintf(problem, problem_bytes, "'%s': %s takes %s", shown, description->name,
                 description->event ? "its second, such as @60" : "seconds from the start, such as @30 or @30+10");
    } else {
        fault.kind = description->kind;
        if (add(schedule, &fault)) {
            return true;
        }
        snprintf(problem, problem_bytes, "more than %d faults", FAULT_SCHEDULE_FAULTS);
    }
    return false;
}

bool fault_schedule_parse(fault_schedule_t *schedule, const char *text, char *problem, size_t problem_bytes)
{
    char *copy = strdup(text);
    bool valid = copy != NULL;
    for (char *one = copy; valid && one;) {
        char *next = cut(one, ',');
        valid = parse_one(schedule, one, problem, problem_bytes);
        one = next;
    }
    free(copy);
    return valid;
}

int64_t fault_schedule_next_ns(const fault_schedule_t *schedule, int64_t after_ns)
{
    int64_t next_ns = INT64_MAX;
    for (size_t i = 0; i < schedule->count; i++) {
        const int64_t edges_ns[] = {schedule->faults[i].from_ns, schedule->faults[i].until_ns};
        for (int e = 0; e < 2; e++) {
            if (edges_ns[e] > after_ns && edges_ns[e] < next_ns) {
                next_ns = edges_ns[e];
            }
        }
    }
    return next_ns;
}

bool fault_schedule_happens(const fault_schedule_t *schedule, fault_kind_t kind, int64_t at_ns)
{
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->faults[i].kind == kind && schedule->faults[i].from_ns == at_ns) {
            return true;
        }
    }
    return false;
}

fault_state_t fault_schedule_state(const fault_schedule_t *schedule, int64_t now_ns)
{
    fault_state_t state = {0};
    for (size_t i = 0; i < schedule->count; i++) {
        const fault_t *fault = &schedule->faults[i];
        if (now_ns < fault->from_ns || now_ns >= fault->until_ns) {
            continue;
        }
        state.link.silent |= fault->kind == FAULT_SILENCE;
        state.nack |= fault->kind == FAULT_NACK;
        state.stuck_bus |= fault->kind == FAULT_STUCK_BUS;
        if (fault->kind == FAULT_LOSS) {
            state.link.loss = fmax(state.link.loss, fault->value);
        } else if (fault->kind == FAULT_DUPLICATE) {
            state.link.duplicate = fmax(state.link.duplicate, fault->value);
        } else if (fault->kind == FAULT_REORDER) {
            state.link.reorder = fmax(state.link.reorder, fault->value);
        } else if (fault->kind == FAULT_DELAY) {
            state.link.delay_ns = llround(fmax((double)state.link.delay_ns, fault->value * NS_PER_SECOND));
        }
    }
    return state;
}
