/**
 * @file
 * What goes wrong with a simulated meter, and when: faults of its network, of its I2C bus and of its supply, in
 * simulated time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "impaired_link.h"

#define FAULT_SCHEDULE_FAULTS 64

typedef enum {
    FAULT_REBOOT,
    FAULT_SENSOR_RESET,
    FAULT_SILENCE,
    FAULT_NACK,
    FAULT_STUCK_BUS,
    FAULT_LOSS,
    FAULT_DUPLICATE,
    FAULT_REORDER,
    FAULT_DELAY,
} fault_kind_t;

typedef struct {
    fault_kind_t kind;
    /** A probability, or a delay in seconds. */
    double value;
    int64_t from_ns;
    /** Events last no time: it is from_ns. */
    int64_t until_ns;
} fault_t;

typedef struct {
    fault_t faults[FAULT_SCHEDULE_FAULTS];
    size_t count;
} fault_schedule_t;

/** What is wrong at one moment. */
typedef struct {
    link_impairment_t link;
    bool nack;
    bool stuck_bus;
} fault_state_t;

/** Adds a fault that lasts for ever from the start on. @return false when there are too many */
bool fault_schedule_always(fault_schedule_t *schedule, fault_kind_t kind, double value);

/**
 * Adds faults from text such as `reboot@60`, `silence@30+10`, `loss=0.2`, `delay=50ms@5+20`, or several with commas.
 * @param problem  gets what is wrong with the text, for the user
 */
bool fault_schedule_parse(fault_schedule_t *schedule, const char *text, char *problem, size_t problem_bytes);

/** When the next fault begins or ends after `after_ns`; INT64_MAX: never. */
int64_t fault_schedule_next_ns(const fault_schedule_t *schedule, int64_t after_ns);

/** Whether an event such as FAULT_REBOOT is due exactly at `at_ns`. */
bool fault_schedule_happens(const fault_schedule_t *schedule, fault_kind_t kind, int64_t at_ns);

/** All lasting faults at `now_ns`; where several of a kind overlap, the worst. */
fault_state_t fault_schedule_state(const fault_schedule_t *schedule, int64_t now_ns);
