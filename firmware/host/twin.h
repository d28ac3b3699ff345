/**
 * @file
 * The twin: the firmware's core reading emulated sensors that a node's model feeds, in simulated time. No sockets, no
 * real time: the caller says up to when.
 */
#pragma once

#include "emulated_bus.h"
#include "node_model.h"
#include "power_meter.h"
#include "supply.h"

typedef struct {
    /** Of each sensor; seeds differ, and the second one's clock is off the other way. */
    ina3221_specimen_t specimen;
    supply_t supply;
    /** Shunts of single channels; 0: the supply's. */
    double shunt_ohm[NODE_CHANNELS];
    /** The meter's clock runs fast by so many parts in a million. */
    double clock_ppm;
    /** SCL of the bus to the sensors; 0: their registers are read in no time. */
    uint32_t i2c_khz;
} twin_config_t;

typedef struct {
    twin_config_t config;
    node_model_t *node;
    emulated_bus_t bus;
    power_meter_config_t meter_config;
    power_meter_t meter;
    /** What node and sensors have reached. */
    int64_t now_ns;
    int64_t next_poll_ns;
    /** When the firmware had last booted. */
    int64_t up_ns;
    double watts[NODE_CHANNELS];
    ina3221_input_t inputs[NODE_CHANNELS];
    /** Another device on the sensors' bus, or NULL; called while they don't want it, as oled_poll() is. */
    int64_t (*other_device)(void *ctx, int64_t now_us, int64_t idle_us);
    void *other_device_ctx;
} twin_t;

/** Powers the meter on at simulated time 0; channels of `node` with parts are enabled. `node` must outlive the twin. */
void twin_init(twin_t *twin, const twin_config_t *config, node_model_t *node);

/**
 * Lets emulated sensors, core and the node's account catch up to `until_ns`, cycle by cycle. A poll whose transfers
 * might end after `until_ns` waits for the next call, and time with it: twin->now_ns can stay behind by the few
 * milliseconds that reading both sensors takes.
 */
void twin_advance(twin_t *twin, int64_t until_ns);

/** Lets time pass while the other device is spoken to. */
void twin_use_bus(twin_t *twin, int64_t duration_ns);

/**
 * Restarts the firmware at `at_ns`, up to which the twin has been advanced: its counters and its clock begin anew, and
 * it is away while it boots. The sensors stay on.
 */
void twin_reboot(twin_t *twin, int64_t at_ns);

/** Whether the firmware runs at a simulated time; else it boots. */
bool twin_is_up(const twin_t *twin, int64_t simulated_ns);

/** The meter's clock at a simulated time: us since its boot, by its own clock. */
int64_t twin_meter_us(const twin_t *twin, int64_t simulated_ns);
