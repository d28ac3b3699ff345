#include "emulated_bus.h"

#include <stddef.h>

/** Start, address, register, start again, address: then the sensor gives what the register holds at that moment. */
#define READ_BITS_UNTIL_VALUE 28
/** Two bytes and the stop. */
#define READ_BITS_AFTER_VALUE 20
/** Start, address, register, two bytes, stop: then the value is taken. */
#define WRITE_BITS 38
/** An address that nobody acknowledges, and the stop. */
#define FAILED_BITS 11
/** Between transfers of ESP-IDF's driver (espressif/esp-idf#15675). */
#define DRIVER_GAP_NS 35000

/** A transfer on a bus that is held low ends so late: the firmware's timeout. */
#define STUCK_NS 3000000

static int64_t bits_ns(const emulated_bus_t *bus, int bits)
{
    return bus->clock_khz > 0 ? (int64_t)bits * 1000000 / bus->clock_khz : 0;
}

static void pass(emulated_bus_t *bus, int bits, int64_t gap_ns)
{
    if (bus->clock_khz > 0) {
        bus->pass(bus->ctx, bits_ns(bus, bits) + gap_ns);
    }
}

/** A transfer that nobody answers. */
static int fail(emulated_bus_t *bus)
{
    if (!bus->stuck) {
        pass(bus, FAILED_BITS, DRIVER_GAP_NS);
    } else if (bus->clock_khz > 0) {
        bus->pass(bus->ctx, STUCK_NS);
    }
    return -1;
}

static emulated_ina3221_t *acknowledging(emulated_bus_t *bus, uint8_t address)
{
    bus->transfers++;
    if (bus->stuck || bus->unacknowledged) {
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
    emulated_bus_t *bus = ctx;
    emulated_ina3221_t *sensor = acknowledging(bus, address);
    if (!sensor) {
        return fail(bus);
    }
    pass(bus, READ_BITS_UNTIL_VALUE, 0);
    *value = emulated_ina3221_read(sensor, reg);
    pass(bus, READ_BITS_AFTER_VALUE, DRIVER_GAP_NS);
    return 0;
}

static int write_register(void *ctx, uint8_t address, uint8_t reg, uint16_t value)
{
    emulated_bus_t *bus = ctx;
    emulated_ina3221_t *sensor = acknowledging(bus, address);
    if (!sensor) {
        return fail(bus);
    }
    pass(bus, WRITE_BITS, 0);
    emulated_ina3221_write(sensor, reg, value);
    pass(bus, 0, DRIVER_GAP_NS);
    return 0;
}

ina3221_bus_t emulated_bus_driver(emulated_bus_t *bus)
{
    return (ina3221_bus_t){.read_register = read_register, .write_register = write_register, .ctx = bus};
}

int64_t emulated_bus_longest_ns(const emulated_bus_t *bus, int transfers)
{
    if (bus->clock_khz == 0) {
        return 0;
    }
    int64_t read_ns = bits_ns(bus, READ_BITS_UNTIL_VALUE + READ_BITS_AFTER_VALUE) + DRIVER_GAP_NS;
    return bus->stuck ? STUCK_NS : transfers * read_ns;
}
