/**
 * @file
 * The display's driver on a bus that fails in the middle of transfers, with little time between the sensors' reads, and
 * a panel that loses its power: it never takes more of the bus than it may, and in the end the panel shows the picture.
 */
#include <string.h>

#include "emulated_ssd1306.h"
#include "fuzz_target.h"
#include "oled.h"

#define MAX_STEPS 2000
/** Until a display that lost its power is set up again, and one that was absent is looked for again. */
#define SETTLING_US 62000000
#define MAX_SETTLING_POLLS 20000
/** Power and current of a real channel stay below. */
#define MAX_GAIN (UINT64_C(1) << 40)

typedef struct {
    fuzz_input_t *input;
    emulated_ssd1306_t panel;
    oled_config_t config;
    /** What was promised for the poll that goes on, and its transfers. */
    int64_t idle_us;
    unsigned writes;
    bool faultless;
    bool enabled[POWER_METER_CHANNELS];
    char name[64];
    uint64_t energy_uj;
} world_t;

static int write_bus(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    world_t *world = ctx;
    HOLDS(address == world->config.panel.address && length >= 2 && length <= 1 + OLED_CHUNK_BYTES);
    HOLDS(++world->writes == 1 && oled_panel_transfer_us(&world->config.panel, length) <= world->idle_us);
    if (!world->faultless && fuzz_below(world->input, 32) == 31) {
        (void)emulated_ssd1306_write(&world->panel, address, data, fuzz_number(world->input, 1) % length);
        return 1;
    }
    return emulated_ssd1306_write(&world->panel, address, data, length);
}

static void view(void *ctx, int64_t now_us, oled_view_t *view)
{
    world_t *world = ctx;
    HOLDS(world->writes == 0);
    view->network = fuzz_below(world->input, 3);
    view->clients = (unsigned)fuzz_number(world->input, 1);
    memcpy(view->address, "192.168.100.200", sizeof("192.168.100.200"));
    memcpy(view->provisioning_name, "PROV_meter_1A2B3C", sizeof("PROV_meter_1A2B3C"));
    world->energy_uj += fuzz_number(world->input, 5) % MAX_GAIN;
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        view->channels[i].enabled = world->enabled[i];
        view->channels[i].name = world->name;
        view->channels[i].snapshot.time_us = (uint64_t)now_us;
        view->channels[i].snapshot.imported_uj = world->energy_uj;
        view->channels[i].snapshot.exported_uj = i % 2 * world->energy_uj / 3;
        view->channels[i].snapshot.imported_uc = world->energy_uj / 5;
        view->channels[i].snapshot.flags = i == 0 ? (uint32_t)fuzz_number(world->input, 1) : 0;
    }
}

static void init(world_t *world, oled_t *oled)
{
    fuzz_input_t *input = world->input;
    world->config = oled_default_config();
    world->config.panel.clock_khz = 100 + fuzz_below(input, 256) * 4;
    world->config.panel.gap_us = fuzz_below(input, 128);
    world->config.page_s = 1 + fuzz_below(input, 4);
    world->config.panel.contrast = (uint8_t)fuzz_number(input, 1);
    world->config.panel.upside_down = fuzz_below(input, 2);
    world->config.view = view;
    world->config.ctx = world;
    unsigned enabled = fuzz_below(input, 64);
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        world->enabled[i] = enabled >> i & 1;
    }
    const uint8_t *bytes;
    size_t length = fuzz_take(input, fuzz_below(input, sizeof(world->name)), &bytes);
    memcpy(world->name, bytes, length);
    emulated_ssd1306_power_on(&world->panel, world->config.panel.address, 1);
    oled_bus_t bus = {.write = write_bus, .ctx = world};
    oled_init(oled, &bus, &world->config);
}

static int64_t poll(world_t *world, oled_t *oled, int64_t now_us, int64_t idle_us)
{
    world->idle_us = idle_us;
    world->writes = 0;
    int64_t next_us = oled_poll(oled, now_us, idle_us);
    /* The end of the idle time may be over. */
    HOLDS(next_us >= now_us || next_us == now_us + idle_us);
    return next_us;
}

/** Polls a bus that works now, until all is shown. */
static void settle(world_t *world, oled_t *oled, int64_t now_us)
{
    world->faultless = true;
    world->panel.unplugged = false;
    int64_t settled_us = now_us + SETTLING_US;
    bool at_rest = false;
    for (unsigned polls = 0; now_us < settled_us || !at_rest; polls++) {
        HOLDS(polls < MAX_SETTLING_POLLS);
        int64_t next_us = poll(world, oled, now_us, 1000000);
        at_rest = next_us > now_us && oled->state == OLED_RUNNING;
        now_us = next_us > now_us ? next_us : now_us + 1000;
    }
    HOLDS(oled_online(oled) && world->panel.on);
    HOLDS(memcmp(world->panel.memory, oled->panel.frame.bytes, sizeof(world->panel.memory)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t s_world;
    static oled_t s_oled;
    fuzz_input_t input = {data, size};
    memset(&s_world, 0, sizeof(s_world));
    s_world.input = &input;
    init(&s_world, &s_oled);
    int64_t now_us = 1;
    for (unsigned step = 0; step < MAX_STEPS && input.left > 0; step++) {
        unsigned what = fuzz_below(&input, 64);
        if (what == 63) {
            emulated_ssd1306_power_on(&s_world.panel, s_world.config.panel.address, step);
        } else if (what == 62) {
            s_world.panel.unplugged = !s_world.panel.unplugged;
        }
        int64_t idle_us = what % 2 == 0 ? 3000 : (int64_t)fuzz_number(&input, 2) - 1000;
        int64_t next_us = poll(&s_world, &s_oled, now_us, idle_us);
        int64_t step_us = what % 4 == 3 ? (int64_t)fuzz_number(&input, 2) << fuzz_below(&input, 12) : 500;
        now_us = what % 4 == 0 && next_us > now_us ? next_us : now_us + step_us;
    }
    settle(&s_world, &s_oled, now_us);
    return 0;
}
