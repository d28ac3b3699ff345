#include "oled_page.h"

#include <string.h>

#include "oled_quantity.h"
#include "oled_text.h"
#include "power_meter.h"

/** A line of text with a row of pixels above and below it, white on black turned round. */
#define BAR_HEIGHT 9

#define POWER_Y 12
#define POWER_SCALE 3
/** Its unit stands on the same line. */
#define POWER_UNIT_Y 19
#define POWER_UNIT_SCALE 2
#define POWER_UNIT_GAP 2
#define MESSAGE_Y 12
#define MESSAGE_SCALE 2
#define MESSAGE_LINE_HEIGHT 17
#define VOLTAGE_CURRENT_Y 37
#define ENERGY_Y 46
#define PROVISIONING_NAME_Y 47
#define FOOTER_Y 56

#define US_PER_S 1000000
#define S_PER_MIN 60
#define S_PER_H 3600
#define S_PER_D 86400

/** What each warning is in words, the worst first. */
static const struct {
    uint32_t flag;
    const char *words;
} s_warnings[] = {
    {POWER_METER_FLAG_OVERRANGE, "over range"},  {POWER_METER_FLAG_CRITICAL, "critical limit"},
    {POWER_METER_FLAG_GAP, "readings missing"},  {POWER_METER_FLAG_REVERSED, "current reversed"},
    {POWER_METER_FLAG_WARNING, "current limit"}, {POWER_METER_FLAG_CALIBRATION_OPEN, "calibration open"},
};

static void draw_right(oled_frame_t *frame, int y, const char *text)
{
    /* The space after the last character is beyond the edge. */
    (void)oled_frame_text(frame, OLED_WIDTH + 1 - oled_frame_text_width(1, text), y, 1, text);
}

/** Adds as much of a text as fits in a line, with dots where it is cut. */
static void add_cut(oled_text_t *line, const char *text)
{
    static const char dots[] = "...";
    oled_text_t whole = *line;
    oled_text_add(&whole, text);
    if (whole.length == line->length + strlen(text) && oled_frame_text_width(1, whole.text) <= OLED_WIDTH) {
        *line = whole;
        return;
    }
    while (oled_frame_text_width(1, whole.text) + oled_frame_text_width(1, dots) > OLED_WIDTH) {
        whole.text[--whole.length] = '\0';
    }
    oled_text_add(&whole, dots);
    *line = whole;
}

/** A text in a bar that is lit. */
static void draw_bar(oled_frame_t *frame, int y, const char *text)
{
    (void)oled_frame_text(frame, 1, y + 1, 1, text);
    oled_frame_invert(frame, 0, y, OLED_WIDTH, BAR_HEIGHT);
}

static void add_quantity(oled_text_t *line, const oled_quantity_t *quantity)
{
    oled_text_add(line, quantity->number);
    oled_text_add(line, " ");
    oled_text_add(line, quantity->unit);
}

/** As 42s, 27m05s, 27h05m or 3d04h. */
static void add_duration(oled_text_t *line, int64_t us)
{
    uint64_t s = us > 0 ? (uint64_t)us / US_PER_S : 0;
    if (s >= S_PER_D) {
        oled_text_add_number(line, s / S_PER_D, 1);
        oled_text_add(line, "d");
        oled_text_add_number(line, s % S_PER_D / S_PER_H, 2);
        oled_text_add(line, "h");
        return;
    }
    if (s >= S_PER_H) {
        oled_text_add_number(line, s / S_PER_H, 1);
        oled_text_add(line, "h");
        oled_text_add_number(line, s % S_PER_H / S_PER_MIN, 2);
        oled_text_add(line, "m");
        return;
    }
    if (s >= S_PER_MIN) {
        oled_text_add_number(line, s / S_PER_MIN, 1);
        oled_text_add(line, "m");
    }
    oled_text_add_number(line, s % S_PER_MIN, s >= S_PER_MIN ? 2 : 1);
    oled_text_add(line, "s");
}

static void draw_title(oled_frame_t *frame, const oled_channel_page_t *page)
{
    oled_text_t title = {0};
    oled_text_add_number(&title, page->channel, 1);
    oled_text_add(&title, " ");
    add_cut(&title, page->name);
    draw_bar(frame, 0, title.text);
}

static void draw_reading(oled_frame_t *frame, const oled_channel_page_t *page)
{
    oled_quantity_t power = oled_quantity(page->power_uw, 'W', 4, -3);
    int x = oled_frame_text(frame, 0, POWER_Y, POWER_SCALE, power.number);
    (void)oled_frame_text(frame, x + POWER_UNIT_GAP, POWER_UNIT_Y, POWER_UNIT_SCALE, power.unit);
    oled_quantity_t voltage = oled_quantity((int64_t)page->bus_voltage_mv * 1000, 'V', 4, -2);
    oled_quantity_t current = oled_quantity(page->current_ua, 'A', 4, -4);
    oled_text_t left = {0};
    oled_text_t right = {0};
    add_quantity(&left, &voltage);
    add_quantity(&right, &current);
    (void)oled_frame_text(frame, 0, VOLTAGE_CURRENT_Y, 1, left.text);
    draw_right(frame, VOLTAGE_CURRENT_Y, right.text);
}

static void draw_energy(oled_frame_t *frame, const oled_channel_page_t *page)
{
    oled_text_t line = {0};
    int64_t energy_uj = page->energy_uj < INT64_MAX ? (int64_t)page->energy_uj : INT64_MAX;
    oled_quantity_t energy = oled_quantity(energy_uj, 'J', 6, -3);
    add_quantity(&line, &energy);
    oled_text_add(&line, " in ");
    add_duration(&line, page->uptime_us);
    (void)oled_frame_text(frame, 0, ENERGY_Y, 1, line.text);
}

/** Draws the worst warning, and how many more there are. @return whether there is one */
static bool draw_warnings(oled_frame_t *frame, uint32_t flags)
{
    oled_text_t line = {0};
    unsigned more = 0;
    for (size_t i = 0; i < sizeof(s_warnings) / sizeof(s_warnings[0]); i++) {
        if (!(flags & s_warnings[i].flag)) {
            continue;
        }
        if (line.length == 0) {
            oled_text_add(&line, s_warnings[i].words);
        } else {
            more++;
        }
    }
    if (line.length == 0) {
        return false;
    }
    if (more > 0) {
        oled_text_add(&line, " +");
        oled_text_add_number(&line, more, 1);
    }
    draw_bar(frame, FOOTER_Y - 1, line.text);
    return true;
}

static void draw_network(oled_frame_t *frame, const oled_channel_page_t *page)
{
    bool connected = page->address != NULL && page->address[0] != '\0';
    (void)oled_frame_text(frame, 0, FOOTER_Y, 1, connected ? page->address : "no network");
    if (connected) {
        oled_text_t clients = {0};
        oled_text_add(&clients, OLED_CLIENTS);
        oled_text_add_number(&clients, page->clients, 1);
        draw_right(frame, FOOTER_Y, clients.text);
    }
}

void oled_page_channel(oled_frame_t *frame, const oled_channel_page_t *page)
{
    oled_frame_clear(frame);
    draw_title(frame, page);
    bool offline = (page->flags & POWER_METER_FLAG_OFFLINE) != 0;
    if (offline) {
        (void)oled_frame_text(frame, 0, MESSAGE_Y, MESSAGE_SCALE, "no sensor");
    } else {
        draw_reading(frame, page);
    }
    draw_energy(frame, page);
    if (offline || !draw_warnings(frame, page->flags)) {
        draw_network(frame, page);
    }
}

static void draw_line(oled_frame_t *frame, int y, const char *label, const char *text)
{
    oled_text_t line = {0};
    oled_text_add(&line, label);
    add_cut(&line, text);
    (void)oled_frame_text(frame, 0, y, 1, line.text);
}

static void draw_message(oled_frame_t *frame, const char *first, const char *second)
{
    (void)oled_frame_text(frame, 0, MESSAGE_Y, MESSAGE_SCALE, first);
    (void)oled_frame_text(frame, 0, MESSAGE_Y + MESSAGE_LINE_HEIGHT, MESSAGE_SCALE, second);
}

static void draw_provisioning(oled_frame_t *frame, const oled_start_page_t *page)
{
    draw_message(frame, "set up", "Wi-Fi");
    if (page->provisioning_name != NULL) {
        draw_line(frame, PROVISIONING_NAME_Y, "", page->provisioning_name);
    }
    if (page->provisioning_code != NULL && page->provisioning_code[0] != '\0') {
        draw_line(frame, FOOTER_Y, "code ", page->provisioning_code);
    }
}

void oled_page_start(oled_frame_t *frame, const oled_start_page_t *page)
{
    oled_frame_clear(frame);
    draw_bar(frame, 0, "power meter");
    if (page->network == OLED_NETWORK_PROVISIONING) {
        draw_provisioning(frame, page);
    } else if (page->network == OLED_NETWORK_CONNECTING) {
        draw_message(frame, "waiting", "for Wi-Fi");
        draw_line(frame, FOOTER_Y, "", page->metering ? "metering" : "no channel is on");
    } else {
        draw_message(frame, page->metering ? "starting" : "no channel", page->metering ? "" : "is on");
        draw_line(frame, FOOTER_Y, "", page->address != NULL ? page->address : "");
    }
}
