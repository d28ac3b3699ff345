#include "oled.h"

#include <string.h>

/** Control bytes (datasheet section 8.1.5.2): only commands follow, or only bytes of the picture. */
#define CONTROL_COMMANDS 0x00
#define CONTROL_PICTURE 0x40

#define COMMAND_COLUMN_LOW 0x00
#define COMMAND_COLUMN_HIGH 0x10
#define COMMAND_PAGE 0xB0
#define COMMAND_CONTRAST 0x81
#define COMMAND_COLUMNS 0xA0
#define COMMAND_ROWS 0xC0
/** Most panels are wired so that these are the right way round. */
#define COLUMNS_REVERSED 0x01
#define ROWS_REVERSED 0x08

/** Start, stop, and a byte with its acknowledge. */
#define FRAMING_BITS 2
#define BITS_PER_BYTE 9

#define POSITION_BYTES 4
/** So many unchanged bytes are sent again rather than a new position: it takes as long as 6.8 of them. */
#define BRIDGED_BYTES 6

#define PICTURE_BYTES (OLED_PAGES * OLED_WIDTH)

#define VIEW_US 1000000
#define US_PER_S 1000000
/** Asking for a view and drawing it: the fullest page takes 42 000 instructions (x86, -Os), 0.2 ms at 240 MHz. */
#define DRAWING_US 500
/** Between attempts to find a display that is absent: from the first to the last of them. */
#define FIRST_RETRY_US 100000
#define LAST_RETRY_US 30000000
/** So often a display is set up and drawn anew: it can't be asked whether it lost its power for a moment. */
#define SETUP_US 30000000

#define MAX_COMMAND_BYTES 2

typedef struct {
    uint8_t length;
    uint8_t bytes[MAX_COMMAND_BYTES];
} command_t;

/** Datasheet section 9 and its application note; a panel of 128x64 with its own charge pump. */
static const command_t s_commands[] = {
    {2, {0xD5, 0x80}}, /* clock */
    {2, {0xA8, 0x3F}}, /* 64 rows */
    {2, {0xD3, 0x00}}, /* no offset */
    {1, {0x40}},       /* first row */
    {2, {0x8D, 0x14}}, /* charge pump on */
    {2, {0x20, 0x02}}, /* addressed by page */
    {1, {COMMAND_COLUMNS}},
    {1, {COMMAND_ROWS}},
    {2, {0xDA, 0x12}}, /* alternating row pins */
    {2, {COMMAND_CONTRAST, 0x00}},
    {2, {0xD9, 0xF1}}, /* pre-charge, as the charge pump wants it */
    {2, {0xDB, 0x40}}, /* deselected level */
    {1, {0x2E}},       /* no scrolling */
    {1, {0xA4}},       /* what the memory holds */
    {1, {0xA6}},       /* not inverted */
    {1, {0xAF}},       /* on */
};

#define COMMANDS (sizeof(s_commands) / sizeof(s_commands[0]))
/** Sent when the memory is written, so that nobody sees what it held. */
#define COMMAND_ON (COMMANDS - 1)

oled_config_t oled_default_config(void)
{
    return (oled_config_t){
        .address = OLED_DEFAULT_ADDRESS, .clock_khz = 400, .gap_us = 35, .page_s = 1, .contrast = 0x7F};
}

void oled_init(oled_t *oled, const oled_bus_t *bus, const oled_config_t *config)
{
    memset(oled, 0, sizeof(*oled));
    oled->bus = *bus;
    oled->config = *config;
    oled->retry_us = FIRST_RETRY_US;
    oled->next_attempt_us = INT64_MIN;
    oled->next_view_us = INT64_MIN;
}

bool oled_online(const oled_t *oled)
{
    return oled->state != OLED_ABSENT;
}

int64_t oled_transfer_us(const oled_config_t *config, size_t bytes)
{
    int64_t bits = FRAMING_BITS + BITS_PER_BYTE * (1 + (int64_t)bytes);
    return (bits * 1000 + config->clock_khz - 1) / config->clock_khz + config->gap_us;
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

static bool has_channel(const oled_t *oled, const oled_view_t *view, unsigned channel)
{
    return view->channels[channel - 1].enabled && oled->rates[channel - 1].known;
}

/** Whether a page (0: the start page) is among those shown. */
static bool has_page(const oled_t *oled, const oled_view_t *view, unsigned page)
{
    if (page > 0) {
        return has_channel(oled, view, page);
    }
    bool any = false;
    for (unsigned channel = 1; channel <= POWER_METER_CHANNELS; channel++) {
        any = any || has_channel(oled, view, channel);
    }
    return !any || view->network == OLED_NETWORK_PROVISIONING;
}

/** The next page in turn; there is always one. */
static unsigned page_after(const oled_t *oled, const oled_view_t *view, unsigned page)
{
    do {
        page = (page + 1) % (POWER_METER_CHANNELS + 1);
    } while (!has_page(oled, view, page));
    return page;
}

static void draw_channel(oled_t *oled, const oled_view_t *view, int64_t now_us)
{
    const oled_view_channel_t *channel = &view->channels[oled->page - 1];
    const oled_rate_t *rate = &oled->rates[oled->page - 1];
    oled_channel_page_t page = {
        .channel = oled->page,
        .name = channel->name,
        .power_uw = rate->power_uw,
        .current_ua = rate->current_ua,
        .bus_voltage_mv = channel->snapshot.bus_voltage_mv,
        .energy_uj = channel->snapshot.imported_uj,
        .uptime_us = now_us - oled->started_us,
        .flags = channel->snapshot.flags,
        .address = view->address,
        .clients = view->clients,
    };
    oled_page_channel(&oled->frame, &page);
}

static void draw_start(oled_t *oled, const oled_view_t *view)
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
    oled_page_start(&oled->frame, &page);
}

/** Draws what is to be shown in the second that begins. */
static void draw(oled_t *oled, int64_t now_us)
{
    oled_view_t view = {0};
    oled->config.view(oled->config.ctx, now_us, &view);
    for (int i = 0; i < POWER_METER_CHANNELS; i++) {
        if (view.channels[i].enabled) {
            update_rate(&oled->rates[i], &view.channels[i].snapshot);
        }
    }
    oled->page_age_s++;
    if (oled->page_age_s >= oled->config.page_s || !has_page(oled, &view, oled->page)) {
        oled->page = page_after(oled, &view, oled->page);
        oled->page_age_s = 0;
    }
    if (oled->page > 0) {
        draw_channel(oled, &view, now_us);
    } else {
        draw_start(oled, &view);
    }
    oled->changed = true;
    bool in_step = now_us - VIEW_US < oled->next_view_us;
    oled->next_view_us = (in_step ? oled->next_view_us : now_us) + VIEW_US;
}

/** Makes a display that answers, or is due for it, what it should be from the first command on. */
static void set_up(oled_t *oled)
{
    oled->state = OLED_SETTING_UP;
    oled->command = 0;
    oled->known = 0;
    oled->search = 0;
    oled->position = -1;
    oled->changed = true;
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

static bool send(oled_t *oled, int64_t now_us, const uint8_t *bytes, size_t length)
{
    oled->transfers++;
    if (oled->bus.write(oled->bus.ctx, oled->config.address, bytes, length) != 0) {
        lose(oled, now_us);
        return false;
    }
    return true;
}

static bool send_command(oled_t *oled, int64_t now_us)
{
    const command_t *command = &s_commands[oled->command];
    uint8_t bytes[1 + MAX_COMMAND_BYTES] = {CONTROL_COMMANDS, command->bytes[0], command->bytes[1]};
    if (bytes[1] == COMMAND_COLUMNS && !oled->config.upside_down) {
        bytes[1] |= COLUMNS_REVERSED;
    } else if (bytes[1] == COMMAND_ROWS && !oled->config.upside_down) {
        bytes[1] |= ROWS_REVERSED;
    } else if (bytes[1] == COMMAND_CONTRAST) {
        bytes[2] = oled->config.contrast;
    }
    return send(oled, now_us, bytes, 1u + command->length);
}

/** Speaks to an absent display: its first command. */
static void look_for(oled_t *oled, int64_t now_us)
{
    set_up(oled);
    oled->state = OLED_ABSENT;
    if (!send_command(oled, now_us)) {
        return;
    }
    oled->state = OLED_SETTING_UP;
    oled->command = 1;
    oled->retry_us = FIRST_RETRY_US;
    /* Rates begin anew: nobody looked at the counters meanwhile. */
    memset(oled->rates, 0, sizeof(oled->rates));
    oled->next_view_us = now_us;
}

static void send_next_command(oled_t *oled, int64_t now_us)
{
    if (!send_command(oled, now_us)) {
        return;
    }
    if (oled->command == COMMAND_ON) {
        oled->state = OLED_RUNNING;
        oled->next_setup_us = now_us + SETUP_US;
        return;
    }
    oled->command++;
    if (oled->command == COMMAND_ON) {
        oled->state = OLED_DRAWING;
    }
}

static uint8_t byte_at(const oled_frame_t *frame, unsigned index)
{
    return frame->bytes[index / OLED_WIDTH][index % OLED_WIDTH];
}

static bool differs(const oled_t *oled, unsigned index)
{
    return index >= oled->known || byte_at(&oled->frame, index) != byte_at(&oled->shown, index);
}

/** Looks for a byte to send, from `search` on and round. @return whether there is one; it is at `search` then */
static bool find_change(oled_t *oled)
{
    for (unsigned i = 0; oled->changed && i < PICTURE_BYTES; i++) {
        unsigned index = (oled->search + i) % PICTURE_BYTES;
        if (differs(oled, index)) {
            oled->search = index;
            return true;
        }
    }
    oled->changed = false;
    return false;
}

static void send_position(oled_t *oled, int64_t now_us)
{
    unsigned column = oled->search % OLED_WIDTH;
    const uint8_t bytes[POSITION_BYTES] = {
        CONTROL_COMMANDS,
        (uint8_t)(COMMAND_PAGE | oled->search / OLED_WIDTH),
        (uint8_t)(COMMAND_COLUMN_LOW | (column & 0xF)),
        (uint8_t)(COMMAND_COLUMN_HIGH | column >> 4),
    };
    if (send(oled, now_us, bytes, sizeof(bytes))) {
        oled->position = (int)oled->search;
    }
}

/** Bytes of the picture that can be sent within `idle_us`. */
static unsigned fitting_bytes(const oled_t *oled, int64_t idle_us)
{
    if (oled_transfer_us(&oled->config, 1 + OLED_CHUNK_BYTES) <= idle_us) {
        return OLED_CHUNK_BYTES;
    }
    int64_t bits = (idle_us - oled->config.gap_us) * oled->config.clock_khz / 1000 - FRAMING_BITS;
    int64_t bytes = bits / BITS_PER_BYTE - 2;
    return bytes > 0 ? (unsigned)bytes : 0;
}

/** The length of what is sent from `search` on: up to the last change that is near enough, within the page. */
static unsigned changed_length(const oled_t *oled, unsigned limit)
{
    unsigned left_in_page = OLED_WIDTH - oled->search % OLED_WIDTH;
    unsigned length = 0;
    for (unsigned i = 0; i < limit && i < left_in_page && i <= length + BRIDGED_BYTES; i++) {
        if (differs(oled, oled->search + i)) {
            length = i + 1;
        }
    }
    return length;
}

static void send_picture(oled_t *oled, int64_t now_us, unsigned length)
{
    uint8_t bytes[1 + OLED_CHUNK_BYTES] = {CONTROL_PICTURE};
    unsigned first = oled->search;
    uint8_t *shown = &oled->shown.bytes[first / OLED_WIDTH][first % OLED_WIDTH];
    memcpy(&bytes[1], &oled->frame.bytes[first / OLED_WIDTH][first % OLED_WIDTH], length);
    if (!send(oled, now_us, bytes, 1 + length)) {
        return;
    }
    memcpy(shown, &bytes[1], length);
    oled->picture_bytes += length;
    oled->search = (first + length) % PICTURE_BYTES;
    if (first + length > oled->known) {
        oled->known = first + length;
    }
    /* At the end of a page the display begins the same page again. */
    oled->position = oled->search % OLED_WIDTH == 0 ? -1 : (int)oled->search;
}

/** Sends what is next of the picture if it fits. @return whether it did */
static bool send_change(oled_t *oled, int64_t now_us, int64_t idle_us)
{
    if (oled->position != (int)oled->search) {
        if (oled_transfer_us(&oled->config, POSITION_BYTES) > idle_us) {
            return false;
        }
        send_position(oled, now_us);
        return true;
    }
    unsigned fitting = fitting_bytes(oled, idle_us);
    if (fitting == 0) {
        return false;
    }
    send_picture(oled, now_us, changed_length(oled, fitting));
    return true;
}

/** Whether a command fits. */
static bool command_fits(const oled_t *oled, int64_t idle_us)
{
    return oled_transfer_us(&oled->config, 1 + MAX_COMMAND_BYTES) <= idle_us;
}

/** Does one thing that is due. @return whether it fitted */
static bool work(oled_t *oled, int64_t now_us, int64_t idle_us)
{
    if (oled->state != OLED_ABSENT && now_us >= oled->next_view_us) {
        if (idle_us < DRAWING_US) {
            return false;
        }
        draw(oled, now_us);
        return true;
    }
    if (oled->state >= OLED_DRAWING && find_change(oled)) {
        return send_change(oled, now_us, idle_us);
    }
    if (!command_fits(oled, idle_us)) {
        return false;
    }
    if (oled->state == OLED_ABSENT) {
        look_for(oled, now_us);
    } else {
        if (oled->state == OLED_RUNNING) {
            set_up(oled);
        }
        send_next_command(oled, now_us);
    }
    return true;
}

/** When there is something to do; `now_us` or before: at once. */
static int64_t due_us(oled_t *oled, int64_t now_us)
{
    if (oled->state == OLED_ABSENT) {
        return oled->next_attempt_us;
    }
    if (oled->state != OLED_RUNNING || find_change(oled)) {
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
