#include "emulated_bus.h"

#include <stddef.h>

static emulated_ina3221_t *begin_transfer(emulated_bus_t *bus, uint8_t address)
{
    bus->transfers++;
    if (bus->stuck) {
        return NULL;
    }
    if (bus->fail_next > 0) {
        bus->fail_next--;
        return NULL;
    }
    for (int i = 0; i < EMULATED_BUS_SENSORS; i++) {
        if (bus->address[i] == address) {
            return &bus->sensor[i];
        }
    }
    return NULL;
}

static int read_register(void *ctx, uint8_t address, uint8_t reg, uint16_t *value)
{
    emulated_ina3221_t *sensor = begin_transfer(ctx, address);
    if (!sensor) {
        return -1;
    }
    *value = emulated_ina3221_read(sensor, reg);
    return 0;
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    emulated_ina3221_t *sensor = begin_transfer(ctx, address);
    if (!sensor) {
        return -1;
    }
    emulated_ina3221_write(sensor, reg, value);
    return 0;
}

ina3221_bus_t emulated_bus_driver(emulated_bus_t *bus)
{
    return (ina3221_bus_t){.read_register = read_register, .write_register = write_register, .ctx = bus};
}
