#include "self_test.h"

#include "network.h"
#include "sampler.h"

self_test_t self_test_run(void)
{
    static power_meter_t meter;
    sampler_snapshot(&meter);
    self_test_t test = {
        .sensors_found = true,
        .address_got = network_state() == NETWORK_CONNECTED,
        .energy_integrated = true,
    };
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        test.sensors_found &= meter.sensors[s].config.channels == 0 || ina3221_online(&meter.sensors[s]);
    }
    for (int c = 0; c < POWER_METER_CHANNELS; c++) {
        test.energy_integrated &= !meter.config.channels[c].enabled || meter.channels[c].samples > 0;
    }
    return test;
}

bool self_test_passed(const self_test_t *test)
{
    return test->sensors_found && test->address_got && test->energy_integrated;
}
