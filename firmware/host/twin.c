#include "twin.h"

#include <math.h>
#include <string.h>

/** From reset to the first poll; the first boot was over at simulated time 0. */
#define BOOT_US 300000
/** Transfers to poll a sensor at most: Configuration read and written, Mask/Enable, six results. */
#define TRANSFERS_PER_SENSOR 9

static double meter_rate(const twin_t *twin)
{
    return 1 + twin->config.clock_ppm * 1e-6;
}

int64_t twin_meter_us(const twin_t *twin, int64_t simulated_ns)
{
    return BOOT_US + (int64_t)((double)(simulated_ns - twin->up_ns) * meter_rate(twin) / 1000);
}

/** The first simulated time at which the meter's clock shows `meter_us`. */
static int64_t simulated_ns(const twin_t *twin, int64_t meter_us)
{
    int64_t ns = twin->up_ns + (int64_t)ceil((double)(meter_us - BOOT_US) * 1000 / meter_rate(twin));
    while (twin_meter_us(twin, ns) < meter_us) {
        ns += 100;
    }
    return ns;
}

static void advance_sensors(twin_t *twin, int64_t until_ns)
{
    for (size_t s = 0; s < POWER_METER_SENSORS; s++) {
        if (twin->meter.sensors[s].config.channels != 0) {
            emulated_ina3221_advance(&twin->bus.sensor[s], until_ns, &twin->inputs[s * INA3221_CHANNELS]);
        }
    }
}

static supply_t supply_of(const twin_t *twin, int channel)
{
    supply_t supply = twin->config.supply;
    if (twin->config.shunt_ohm[channel] > 0) {
        supply.shunt_ohm = twin->config.shunt_ohm[channel];
    }
    return supply;
}

static void set_inputs(twin_t *twin, const double watts[NODE_CHANNELS])
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        if (watts[c] != twin->watts[c]) {
            twin->watts[c] = watts[c];
            supply_t supply = supply_of(twin, c);
            twin->inputs[c] = supply_input(&supply, watts[c]);
        }
    }
}

/** Lets time pass for node and sensors. */
static void pass_until(twin_t *twin, int64_t until_ns)
{
    while (twin->now_ns < until_ns) {
        double watts[NODE_CHANNELS];
        int64_t end_ns = node_model_advance(twin->node, twin->now_ns, until_ns, watts);
        set_inputs(twin, watts);
        advance_sensors(twin, end_ns);
        twin->now_ns = end_ns;
    }
}

void twin_use_bus(twin_t *twin, int64_t duration_ns)
{
    pass_until(twin, twin->now_ns + duration_ns);
}

static void pass(void *ctx, int64_t duration_ns)
{
    twin_use_bus(ctx, duration_ns);
}

static void start_firmware(twin_t *twin)
{
    ina3221_bus_t driver = emulated_bus_driver(&twin->bus);
    power_meter_init(&twin->meter, &twin->meter_config, &driver);
    twin->next_poll_ns = twin->up_ns;
}

void twin_init(twin_t *twin, const twin_config_t *config, node_model_t *node)
{
    memset(twin, 0, sizeof(*twin));
    twin->config = *config;
    twin->node = node;
    twin->meter_config = power_meter_default_config();
    for (int c = 0; c < NODE_CHANNELS; c++) {
        twin->meter_config.channels[c].enabled = node->channels[c].part_count > 0;
        supply_t supply = supply_of(twin, c);
        twin->meter_config.channels[c].calibration.shunt_uohm = (uint32_t)llround(supply.shunt_ohm * 1e6);
        twin->inputs[c] = supply_input(&supply, 0);
    }
    twin->bus.clock_khz = config->i2c_khz;
    twin->bus.pass = pass;
    twin->bus.ctx = twin;
    start_firmware(twin);
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        ina3221_specimen_t specimen = config->specimen;
        twin->bus.address[s] = twin->meter.sensors[s].config.address;
        specimen.seed = specimen.seed * EMULATED_BUS_SENSORS + (uint64_t)s;
        /* Two chips are never in step. */
        specimen.clock_error *= s == 0 ? 1 : -1;
        emulated_ina3221_init(&twin->bus.sensor[s], &specimen);
    }
}

void twin_reboot(twin_t *twin, int64_t at_ns)
{
    pass_until(twin, at_ns);
    twin->up_ns = at_ns + BOOT_US * INT64_C(1000);
    start_firmware(twin);
}

bool twin_is_up(const twin_t *twin, int64_t simulated_time_ns)
{
    return simulated_time_ns >= twin->up_ns;
}

static void poll(twin_t *twin)
{
    int64_t next_us = power_meter_poll(&twin->meter, twin_meter_us(twin, twin->now_ns));
    int64_t next_ns = next_us == INT64_MAX ? INT64_MAX : simulated_ns(twin, next_us);
    /* Transfers may have taken longer than until the next poll was due. */
    twin->next_poll_ns = next_ns > twin->now_ns ? next_ns : twin->now_ns;
}

/** Until the sensors' next poll the bus is the other device's. */
static void share_bus(twin_t *twin)
{
    int64_t until_us = twin_meter_us(twin, twin->next_poll_ns);
    int64_t now_us = twin_meter_us(twin, twin->now_ns);
    while (twin->other_device && now_us < until_us &&
           twin->other_device(twin->other_device_ctx, now_us, until_us - now_us) <= now_us) {
        now_us = twin_meter_us(twin, twin->now_ns);
    }
}

void twin_advance(twin_t *twin, int64_t until_ns)
{
    int64_t poll_ns = POWER_METER_SENSORS * emulated_bus_longest_ns(&twin->bus, TRANSFERS_PER_SENSOR);
    while (twin->next_poll_ns <= until_ns - poll_ns) {
        share_bus(twin);
        pass_until(twin, twin->next_poll_ns);
        poll(twin);
    }
    pass_until(twin, twin->next_poll_ns < until_ns ? twin->next_poll_ns : until_ns);
}
