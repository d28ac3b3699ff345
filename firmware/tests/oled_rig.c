#include "oled_rig.h"

#include "cmocka_all.h"
#include <string.h>

static int write_bus(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    rig_t *rig = ctx;
    rig->length = length;
    rig->bus_us += oled_panel_transfer_us(&rig->config.panel, length);
    if (rig->writes++ == rig->failing_write) {
        /* Noise in the middle of it. */
        (void)emulated_ssd1306_write(&rig->panel, address, data, length / 2);
        return -1;
    }
    return emulated_ssd1306_write(&rig->panel, address, data, length);
}

static void show(void *ctx, int64_t now_us, oled_view_t *view)
{
    rig_t *rig = ctx;
    (void)now_us;
    rig->views++;
    *view = rig->view;
}

void rig_enable(rig_t *rig, unsigned channel, const char *name)
{
    rig->view.channels[channel - 1].enabled = true;
    rig->view.channels[channel - 1].name = name;
}

void rig_start(rig_t *rig)
{
    memset(rig, 0, sizeof(*rig));
    rig->failing_write = UINT32_MAX;
    rig->config = oled_default_config();
    rig->config.view = show;
    rig->config.ctx = rig;
    oled_bus_t bus = {.write = write_bus, .ctx = rig};
    emulated_ssd1306_power_on(&rig->panel, OLED_DEFAULT_ADDRESS, 1);
    oled_init(&rig->oled, &bus, &rig->config);
    rig->view.network = OLED_NETWORK_CONNECTED;
    memcpy(rig->view.address, "10.0.0.5", sizeof("10.0.0.5"));
}

void rig_meter(rig_t *rig, double watts)
{
    for (unsigned i = 0; i < POWER_METER_CHANNELS; i++) {
        power_meter_snapshot_t *snapshot = &rig->view.channels[i].snapshot;
        double uj = watts * (i + 1) * (double)rig->now_us;
        snapshot->time_us = (uint64_t)rig->now_us;
        snapshot->imported_uj = (uint64_t)uj;
        snapshot->imported_uc = (uint64_t)(uj / 5);
        snapshot->bus_voltage_mv = 5000;
    }
}

void rig_run_until(rig_t *rig, int64_t until_us)
{
    while (rig->now_us < until_us) {
        unsigned writes = rig->writes;
        rig_meter(rig, 1);
        int64_t next_us = oled_poll(&rig->oled, rig->now_us, FOR_EVER);
        assert_true(next_us >= rig->now_us);
        assert_in_range(rig->writes - writes, 0, 1);
        if (rig->writes > writes) {
            rig->now_us += oled_panel_transfer_us(&rig->config.panel, rig->length);
        } else {
            rig->now_us = next_us > rig->now_us ? next_us : rig->now_us + 1;
        }
    }
    rig->now_us = until_us;
}

void rig_assert_shown(const rig_t *rig)
{
    oled_frame_t seen;
    emulated_ssd1306_look(&rig->panel, &seen);
    assert_memory_equal(&seen, &rig->oled.panel.frame, sizeof(seen));
    assert_int_equal(rig->panel.unknown_commands, 0);
}

void rig_assert_dark(const rig_t *rig)
{
    oled_frame_t seen;
    emulated_ssd1306_look(&rig->panel, &seen);
    assert_memory_equal(&seen, &(oled_frame_t){0}, sizeof(seen));
}

void rig_assert_channel_shown(const rig_t *rig, unsigned channel, const char *name, int64_t second)
{
    oled_frame_t expected;
    oled_channel_page_t page = {
        .channel = channel,
        .name = name,
        .power_uw = channel * S,
        .current_ua = channel * S / 5,
        .bus_voltage_mv = 5000,
        .energy_uj = (uint64_t)(channel * second * S),
        .uptime_us = second * S,
        .address = "10.0.0.5",
    };
    oled_page_channel(&expected, &page);
    rig_assert_shown(rig);
    assert_memory_equal(&rig->oled.panel.frame, &expected, sizeof(expected));
}
