#include "twin.h"

#include <math.h>
#include <string.h>

/** Booting took the meter so long before simulated time 0. */
#define BOOT_US 300000

static double meter_rate(const twin_t *twin)
{
    return 1 + twin->config.clock_ppm * 1e-6;
}

int64_t twin_meter_us(const twin_t *twin, int64_t simulated_ns)
{
    return BOOT_US + (int64_t)((double)simulated_ns * meter_rate(twin) / 1000);
}

/** The first simulated time at which the meter's clock shows `meter_us`. */
static int64_t simulated_ns(const twin_t *twin, int64_t meter_us)
{
    int64_t ns = (int64_t)ceil((double)(meter_us - BOOT_US) * 1000 / meter_rate(twin));
    while (twin_meter_us(twin, ns) < meter_us) {
        ns += 100;
    }
    return ns;
}

void twin_init(twin_t *twin, const twin_config_t *config, node_model_t *node)
{
    memset(twin, 0, sizeof(*twin));
    twin->config = *config;
    twin->node = node;
    power_meter_config_t meter = power_meter_default_config();
    for (int c = 0; c < NODE_CHANNELS; c++) {
        meter.channels[c].enabled = node->channels[c].part_count > 0;
        meter.channels[c].calibration.shunt_uohm = (uint32_t)llround(config->supply.shunt_ohm * 1e6);
        twin->inputs[c] = supply_input(&config->supply, 0);
    }
    ina3221_bus_t driver = emulated_bus_driver(&twin->bus);
    power_meter_init(&twin->meter, &meter, &driver);
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        ina3221_specimen_t specimen = config->specimen;
        twin->bus.address[s] = twin->meter.sensors[s].config.address;
        specimen.seed = specimen.seed * EMULATED_BUS_SENSORS + (uint64_t)s;
        emulated_ina3221_init(&twin->bus.sensor[s], &specimen);
    }
}

static void advance_sensors(twin_t *twin, int64_t until_ns)
{
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        if (twin->meter.sensors[s].config.channels != 0) {
            emulated_ina3221_advance(&twin->bus.sensor[s], until_ns, &twin->inputs[s * INA3221_CHANNELS]);
        }
    }
}

static void set_inputs(twin_t *twin, const double watts[NODE_CHANNELS])
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        if (watts[c] != twin->watts[c]) {
            twin->watts[c] = watts[c];
            twin->inputs[c] = supply_input(&twin->config.supply, watts[c]);
        }
    }
}

void twin_advance(twin_t *twin, int64_t until_ns)
{
    while (twin->now_ns < until_ns) {
        double watts[NODE_CHANNELS];
        int64_t end_ns = node_model_advance(twin->node, twin->now_ns, until_ns, watts);
        set_inputs(twin, watts);
        while (twin->next_poll_ns <= end_ns) {
            advance_sensors(twin, twin->next_poll_ns);
            int64_t next_us = power_meter_poll(&twin->meter, twin_meter_us(twin, twin->next_poll_ns));
            twin->next_poll_ns = next_us == INT64_MAX ? INT64_MAX : simulated_ns(twin, next_us);
        }
        advance_sensors(twin, end_ns);
        twin->now_ns = end_ns;
    }
}
