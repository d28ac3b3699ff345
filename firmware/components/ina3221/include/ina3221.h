/**
 * @file
 * Driver of TI's INA3221 for energy metering: continuous conversion without averaging, every cycle read once.
 *
 * The caller polls with the time of its own clock; the chip's clock (off by up to 10 %) times nothing. The driver
 * recovers by itself from a silent bus and from a sensor that fell back to its power-on configuration.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ina3221_registers.h"

/** The bus the sensor is on. Each function makes one attempt and returns 0, or another value for any failure. */
typedef struct {
    int (*read_register)(void *ctx, uint8_t address, uint8_t reg, uint16_t *value);
    int (*write_register)(void *ctx, uint8_t address, uint8_t reg, uint16_t value);
    void *ctx;
} ina3221_bus_t;

/** Codes of a conversion's time in the Configuration register (datasheet table 7-6, typical values). */
typedef enum {
    INA3221_TIME_140_US = 0,
    INA3221_TIME_204_US = 1,
    INA3221_TIME_332_US = 2,
    INA3221_TIME_588_US = 3,
    INA3221_TIME_1100_US = 4,
    INA3221_TIME_2116_US = 5,
    INA3221_TIME_4156_US = 6,
    INA3221_TIME_8244_US = 7,
} ina3221_time_t;

typedef struct {
    /** 7-bit address: 0x40 to 0x43. */
    uint8_t address;
    /** Bit 0 enables the sensor's channel 0, and so on. */
    uint8_t channels;
    ina3221_time_t shunt_time;
    ina3221_time_t bus_time;
} ina3221_config_t;

/** What one cycle of conversions gave; raw values are signed register values without their three unused bits. */
typedef struct {
    /** When the driver saw the cycle ready, on the caller's clock. */
    int64_t ready_us;
    int16_t shunt_raw[INA3221_CHANNELS];
    int16_t bus_raw[INA3221_CHANNELS];
    /** Bit n: channel n's shunt or bus value is at the end of its scale, so the true one may lie beyond. */
    uint8_t overrange;
    /** Bit n: channel n's critical alert was set since the last cycle. */
    uint8_t critical;
    /** Bit n: channel n's warning alert was set since the last cycle. */
    uint8_t warning;
} ina3221_cycle_t;

typedef enum {
    /** Nothing new; poll again at next_poll_us. */
    INA3221_WAIT,
    /** A cycle was read. */
    INA3221_CYCLE,
    /** The bus or the sensor failed; counted. */
    INA3221_ERROR,
} ina3221_result_t;

typedef enum { INA3221_ABSENT, INA3221_RUNNING } ina3221_state_t;

/** One sensor. Set up by ina3221_init(); the counters may be read at any time. */
typedef struct {
    ina3221_bus_t bus;
    ina3221_config_t config;
    ina3221_state_t state;
    uint16_t configuration;
    /** Typical length of a cycle. */
    uint32_t cycle_us;
    int64_t next_poll_us;
    /** When the last cycle was ready, or the sensor was configured. */
    int64_t last_progress_us;
    int64_t next_check_us;
    /** This cycle was looked for and not ready yet, so it will be seen soon after it is. */
    bool awaited;
    uint8_t failures_in_a_row;
    /** Alert bits of Mask/Enable seen since the last cycle: a read clears them in the sensor. */
    uint16_t latched_mask;

    /** Failed transfers, wrong identities and cycles torn by a failed read, since init. */
    uint32_t errors;
    /** How often the sensor had lost its configuration. */
    uint32_t resets;
    uint64_t cycles;
} ina3221_t;

/** Typical time of a conversion in us (datasheet section 6.5; the maximum is 10 % more). */
uint32_t ina3221_conversion_us(ina3221_time_t time);

/** Prepares a sensor; nothing is sent before the first poll. */
void ina3221_init(ina3221_t *sensor, const ina3221_bus_t *bus, const ina3221_config_t *config);

/**
 * Does what is due at `now_us`: finds and configures the sensor, or reads a cycle when one is ready.
 * Poll again at sensor->next_poll_us; later is harmless until a cycle is missed.
 * @param cycle  written when the result is INA3221_CYCLE
 */
ina3221_result_t ina3221_poll(ina3221_t *sensor, int64_t now_us, ina3221_cycle_t *cycle);

/** Whether the sensor answers and is configured. */
bool ina3221_online(const ina3221_t *sensor);
