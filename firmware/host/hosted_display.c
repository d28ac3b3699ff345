#include "hosted_display.h"

#include <stdio.h>
#include <string.h>

#include "oled_pbm.h"

static int write_bus(void *ctx, uint8_t address, const uint8_t *data, size_t length)
{
    hosted_display_t *display = ctx;
    twin_use_bus(display->twin, oled_panel_transfer_us(&display->oled.panel.config, length) * 1000);
    return display->twin->bus.stuck ? -1 : emulated_ssd1306_write(&display->panel, address, data, length);
}

static void view(void *ctx, int64_t now_us, oled_view_t *view)
{
    const hosted_display_t *display = ctx;
    const power_meter_t *meter = &display->twin->meter;
    view->network = OLED_NETWORK_CONNECTED;
    snprintf(view->address, sizeof(view->address), "%.*s", (int)sizeof(view->address) - 1, display->server->address);
    view->clients = meter_subscriptions_count(&display->server->protocol->subscriptions, now_us);
    for (unsigned c = 1; c <= NODE_CHANNELS; c++) {
        view->channels[c - 1] = (oled_view_channel_t){
            .enabled = power_meter_has_channel(meter, c),
            .name = display->options->names[c - 1],
            .snapshot = power_meter_snapshot(meter, c, now_us),
        };
    }
}

static int64_t poll(void *ctx, int64_t now_us, int64_t idle_us)
{
    hosted_display_t *display = ctx;
    return oled_poll(&display->oled, now_us, idle_us);
}

void hosted_display_reboot(hosted_display_t *display)
{
    oled_bus_t bus = {.write = write_bus, .ctx = display};
    oled_config_t config = oled_default_config();
    config.page_s = display->options->page_seconds;
    config.view = view;
    config.ctx = display;
    if (display->twin->config.i2c_khz > 0) {
        config.panel.clock_khz = display->twin->config.i2c_khz;
    }
    oled_init(&display->oled, &bus, &config);
}

static bool write_picture(const hosted_display_t *display)
{
    char unfinished[FILENAME_MAX + sizeof(".part")];
    uint8_t pbm[OLED_PBM_BYTES];
    oled_pbm(&display->written, pbm);
    snprintf(unfinished, sizeof(unfinished), "%s.part", display->path);
    FILE *file = fopen(unfinished, "wb");
    if (!file) {
        return false;
    }
    bool written = fwrite(pbm, sizeof(pbm), 1, file) == 1;
    return fclose(file) == 0 && written && rename(unfinished, display->path) == 0;
}

bool hosted_display_write(hosted_display_t *display)
{
    oled_frame_t seen;
    emulated_ssd1306_look(&display->panel, &seen);
    /* A picture that is half drawn is none. */
    if (oled_panel_find_change(&display->oled.panel) || memcmp(&seen, &display->written, sizeof(seen)) == 0) {
        return true;
    }
    display->written = seen;
    return write_picture(display);
}

bool hosted_display_start(hosted_display_t *display, const options_t *options, twin_t *twin, const udp_server_t *server,
                          const char *path)
{
    display->options = options;
    display->twin = twin;
    display->server = server;
    display->path = path;
    emulated_ssd1306_power_on(&display->panel, OLED_DEFAULT_ADDRESS, 1);
    hosted_display_reboot(display);
    twin->other_device = poll;
    twin->other_device_ctx = display;
    return write_picture(display);
}
