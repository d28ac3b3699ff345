#include "oled_tour.h"

#include <string.h>

#define US_PER_S 1000000

void oled_tour_forget_rates(oled_tour_t *tour)
{
    memset(tour->rates, 0, sizeof(tour->rates));
}

/** What a channel's counters have gained since they were last looked at. */
static void update_rate(oled_rate_t *rate, const power_meter_snapshot_t *snapshot)
{
    int64_t us = (int64_t)(snapshot->time_us - rate->time_us);
    if (rate->seen && us <= 0) {
        return;
    }
    int64_t imported_uj = (int64_t)(snapshot->imported_uj - rate->imported_uj);
    int64_t exported_uj = (int64_t)(snapshot->exported_uj - rate->exported_uj);
    int64_t imported_uc = (int64_t)(snapshot->imported_uc - rate->imported_uc);
    rate->known = rate->seen;
    if (rate->known) {
        rate->power_uw = (imported_uj - exported_uj) * US_PER_S / us;
        /* What was exported has no charge in the snapshot. */
        rate->current_ua = exported_uj == 0 ? imported_uc * US_PER_S / us : snapshot->current_ua;
    }
    rate->seen = true;
    rate->time_us = snapshot->time_us;
    rate->imported_uj = snapshot->imported_uj;
    rate->exported_uj = snapshot->exported_uj;
    rate->imported_uc = snapshot->imported_uc;
}

static bool has_channel(const oled_tour_t *tour, const oled_view_t *view, unsigned channel)
{
    return view->channels[channel - 1].enabled && tour->rates[channel - 1].known;
}

/** Whether a page (0: the start page) is among those shown. */
static bool has_page(const oled_tour_t *tour, const oled_view_t *view, unsigned page)
{
    if (page > 0) {
        return has_channel(tour, view, page);
    }
    bool any = false;
    for (unsigned channel = 1; channel <= POWER_METER_CHANNELS; channel++) {
        any = any || has_channel(tour, view, channel);
    }
    return !any || view->network == OLED_NETWORK_PROVISIONING;
}

/** The next page in turn; there is always one. */
static unsigned page_after(const oled_tour_t *tour, const oled_view_t *view, unsigned page)
{
    do {
        page = (page + 1) % (POWER_METER_CHANNELS + 1);
    } while (!has_page(tour, view, page));
    return page;
}

static void draw_channel(const oled_tour_t *tour, const oled_view_t *view, int64_t uptime_us, oled_frame_t *frame)
{
    const oled_view_channel_t *channel = &view->channels[tour->page - 1];
    const oled_rate_t *rate = &tour->rates[tour->page - 1];
    oled_channel_page_t page = {
        .channel = tour->page,
        .name = channel->name,
        .power_uw = rate->power_uw,
        .current_ua = rate->current_ua,
        .bus_voltage_mv = channel->snapshot.bus_voltage_mv,
        .energy_uj = channel->snapshot.imported_uj,
        .uptime_us = uptime_us,
        .flags = channel->snapshot.flags,
        .address = view->address,
        .clients = view->clients,
    };
    oled_page_channel(frame, &page);
}

static void draw_start(const oled_view_t *view, oled_frame_t *frame)
{
    oled_start_page_t page = {
        .network = view->network,
        .provisioning_name = view->provisioning_name,
        .provisioning_code = view->provisioning_code,
        .address = view->address,
    };
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        page.metering = page.metering || view->channels[i].enabled;
    }
    oled_page_start(frame, &page);
}

void oled_tour_draw(oled_tour_t *tour, const oled_view_t *view, uint32_t page_s, int64_t uptime_us, oled_frame_t *frame)
{
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        if (view->channels[i].enabled) {
            update_rate(&tour->rates[i], &view->channels[i].snapshot);
        }
    }
    tour->page_age_s++;
    if (tour->page_age_s >= page_s || !has_page(tour, view, tour->page)) {
        tour->page = page_after(tour, view, tour->page);
        tour->page_age_s = 0;
    }
    if (tour->page > 0) {
        draw_channel(tour, view, uptime_us, frame);
    } else {
        draw_start(view, frame);
    }
}
