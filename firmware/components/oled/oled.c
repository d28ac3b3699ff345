#include "oled.h"

#include <string.h>

#define VIEW_US 1000000
/** Asking for a view and drawing it: the fullest page takes 42 000 instructions (x86, -Os), 0.2 ms at 240 MHz. */
#define DRAWING_US 500
/** Between attempts to find a display that is absent: from the first to the last of them. */
#define FIRST_RETRY_US 100000
#define LAST_RETRY_US 30000000
/** So often a display is set up and drawn anew: it can't be asked whether it lost its power for a moment. */
#define SETUP_US 30000000

oled_config_t oled_default_config(void)
{
    return (oled_config_t){.panel = {.address = OLED_DEFAULT_ADDRESS, .clock_khz = 400, .gap_us = 35, .contrast = 0x7F},
                           .page_s = 1};
}

void oled_init(oled_t *oled, const oled_bus_t *bus, const oled_config_t *config)
{
    memset(oled, 0, sizeof(*oled));
    oled_panel_init(&oled->panel, bus, &config->panel);
    oled->page_s = config->page_s;
    oled->view = config->view;
    oled->ctx = config->ctx;
    oled->retry_us = FIRST_RETRY_US;
    oled->next_attempt_us = INT64_MIN;
    oled->next_view_us = INT64_MIN;
}

bool oled_online(const oled_t *oled)
{
    return oled->state != OLED_ABSENT;
}

static void draw(oled_t *oled, int64_t now_us)
{
    oled_view_t view = {0};
    oled->view(oled->ctx, now_us, &view);
    oled_tour_draw(&oled->tour, &view, oled->page_s, now_us - oled->started_us, &oled->panel.frame);
    oled->panel.changed = true;
    bool in_step = now_us - VIEW_US < oled->next_view_us;
    oled->next_view_us = (in_step ? oled->next_view_us : now_us) + VIEW_US;
}

static void lose(oled_t *oled, int64_t now_us)
{
    oled->errors++;
    if (oled->state != OLED_ABSENT) {
        oled->disappearances++;
    }
    oled->state = OLED_ABSENT;
    oled->next_attempt_us = now_us + oled->retry_us;
    oled->retry_us = oled->retry_us * 2 < LAST_RETRY_US ? oled->retry_us * 2 : LAST_RETRY_US;
}

/** A command was acknowledged, perhaps the first one of a display that was absent. */
static void advance(oled_t *oled, int64_t now_us)
{
    if (oled->state == OLED_ABSENT) {
        oled->retry_us = FIRST_RETRY_US;
        oled_tour_forget_rates(&oled->tour);
        oled->next_view_us = now_us;
    }
    if (oled_panel_lit(&oled->panel)) {
        oled->state = OLED_RUNNING;
        oled->next_setup_us = now_us + SETUP_US;
    } else {
        oled->state = oled_panel_dark(&oled->panel) ? OLED_DRAWING : OLED_SETTING_UP;
    }
}

/** Sends what is next. @return whether anything fitted */
static bool transfer(oled_t *oled, int64_t now_us, int64_t idle_us)
{
    if (oled->state >= OLED_DRAWING && oled_panel_find_change(&oled->panel)) {
        oled_transfer_t result = oled_panel_send_change(&oled->panel, idle_us);
        if (result == OLED_FAILED) {
            lose(oled, now_us);
        }
        return result != OLED_NOTHING_FITS;
    }
    if (!oled_panel_command_fits(&oled->panel, idle_us)) {
        return false;
    }
    if (oled->state == OLED_ABSENT || oled->state == OLED_RUNNING) {
        oled_panel_restart(&oled->panel);
    }
    if (oled_panel_send_command(&oled->panel)) {
        advance(oled, now_us);
    } else {
        lose(oled, now_us);
    }
    return true;
}

/** Does one thing that is due. @return whether it fitted */
static bool work(oled_t *oled, int64_t now_us, int64_t idle_us)
{
    if (oled->state == OLED_ABSENT || now_us < oled->next_view_us) {
        return transfer(oled, now_us, idle_us);
    }
    if (idle_us < DRAWING_US) {
        return false;
    }
    draw(oled, now_us);
    return true;
}

/** When there is something to do; `now_us` or before: at once. */
static int64_t due_us(oled_t *oled, int64_t now_us)
{
    if (oled->state == OLED_ABSENT) {
        return oled->next_attempt_us;
    }
    if (oled->state != OLED_RUNNING || oled_panel_find_change(&oled->panel)) {
        return now_us;
    }
    return oled->next_view_us < oled->next_setup_us ? oled->next_view_us : oled->next_setup_us;
}

int64_t oled_poll(oled_t *oled, int64_t now_us, int64_t idle_us)
{
    if (!oled->started) {
        oled->started = true;
        oled->started_us = now_us;
    }
    if (due_us(oled, now_us) <= now_us && !work(oled, now_us, idle_us)) {
        return now_us + idle_us;
    }
    int64_t next_us = due_us(oled, now_us);
    return next_us > now_us ? next_us : now_us;
}
