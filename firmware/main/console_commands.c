#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "display.h"
#include "esp_app_desc.h"
#include "esp_console.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "i2c_bus.h"
#include "meter_config.h"
#include "network.h"
#include "reset_reason.h"
#include "sampler.h"
#include "sdkconfig.h"
#include "self_test.h"
#include "udp_server.h"
#include "updates.h"

/** Commands run in one task. */
static power_meter_t s_meter;

static int fail(const char *usage)
{
    printf("usage: %s\n", usage);
    return 1;
}

/** A number from `low` to `high` and nothing else. */
static bool parse_number(const char *text, long low, long high, long *value)
{
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool parse_channel(const char *text, unsigned *channel)
{
    long number;
    sampler_snapshot(&s_meter);
    if (!parse_number(text, 1, (long)POWER_METER_CHANNELS, &number) ||
        !power_meter_has_channel(&s_meter, (unsigned)number)) {
        printf("no such channel: %s\n", text);
        return false;
    }
    *channel = (unsigned)number;
    return true;
}

static void print_network(void)
{
    static const char *const names[] = {[NETWORK_CONNECTING] = "connecting",
                                        [NETWORK_PROVISIONING] = "waits for credentials",
                                        [NETWORK_CONNECTED] = "connected"};
    char address[NETWORK_ADDRESS_BYTES];
    network_address(address);
    printf("network      %s %s, port %d, %u clients\n", names[network_state()], address, CONFIG_METER_UDP_PORT,
           udp_server_clients());
}

static int status(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    self_test_t test = self_test_run();
    sampler_snapshot(&s_meter);
    printf("version      %s\n", esp_app_get_description()->version);
    printf("started by   %s\n", reset_reason());
    print_network();
    for (int s = 0; s < POWER_METER_SENSORS; s++) {
        const ina3221_t *sensor = &s_meter.sensors[s];
        printf("sensor 0x%02x  %s, %" PRIu64 " cycles, %" PRIu32 " errors, %" PRIu32 " resets\n",
               sensor->config.address,
               sensor->config.channels == 0 ? "not used"
               : ina3221_online(sensor)     ? "online"
                                            : "missing",
               sensor->cycles, sensor->errors, sensor->resets);
    }
    printf("i2c          %" PRIu32 " recoveries\n", i2c_bus_recoveries());
#if CONFIG_METER_DISPLAY
    printf("display      %s\n", display_online() ? "online" : "missing");
#endif
    printf("self-test    %s%s\n", self_test_passed(&test) ? "passed" : "failed",
           updates_on_trial() ? ", new image on trial" : "");
    return 0;
}

static int channels(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    sampler_snapshot(&s_meter);
    printf("ch      V        A        W            J   lifetime J    missed     gap s  flags  name\n");
    for (unsigned c = 1; c <= POWER_METER_CHANNELS; c++) {
        if (power_meter_has_channel(&s_meter, c)) {
            power_meter_snapshot_t now = power_meter_snapshot(&s_meter, c, esp_timer_get_time());
            double volts = now.bus_voltage_mv * 1e-3;
            double amperes = now.current_ua * 1e-6;
            printf("%2u %6.3f %8.4f %8.3f %12.3f %12.3f %9" PRIu32 " %9.3f %6" PRIu32 "  %s\n", c, volts, amperes,
                   volts * amperes, (double)now.imported_uj * 1e-6, (double)now.lifetime_uj * 1e-6, now.missed_cycles,
                   (double)now.gap_us * 1e-6, now.flags, meter_config_channel_name(c));
        }
    }
    return 0;
}

typedef struct {
    unsigned channel;
    /** NULL: the configured one. */
    const energy_calibration_t *calibration;
    bool done;
} calibrate_t;

static void calibrate(power_meter_t *meter, void *arg)
{
    calibrate_t *wanted = arg;
    wanted->done = power_meter_calibrate(meter, wanted->channel, wanted->calibration);
}

static int show_calibration(void)
{
    sampler_snapshot(&s_meter);
    printf("ch  shunt uOhm  offset 1/256 LSB\n");
    for (unsigned c = 1; c <= POWER_METER_CHANNELS; c++) {
        const energy_calibration_t *calibration = &s_meter.channels[c - 1].calibration;
        if (power_meter_has_channel(&s_meter, c)) {
            printf("%2u  %10" PRIu32 "  %16" PRId32 "  %s\n", c, calibration->shunt_uohm, calibration->offset_lsb256,
                   s_meter.calibrated[c - 1] ? "calibrated" : "as configured");
        }
    }
    return 0;
}

static int set_calibration(char **argv)
{
    long shunt_uohm;
    long offset_lsb256;
    calibrate_t wanted = {0};
    if (!parse_channel(argv[2], &wanted.channel) || !parse_number(argv[3], 1, ENERGY_MAX_SHUNT_UOHM, &shunt_uohm) ||
        !parse_number(argv[4], -POWER_METER_MAX_OFFSET_LSB256, POWER_METER_MAX_OFFSET_LSB256, &offset_lsb256)) {
        return 1;
    }
    const energy_calibration_t calibration = {.shunt_uohm = (uint32_t)shunt_uohm,
                                              .offset_lsb256 = (int32_t)offset_lsb256};
    wanted.calibration = &calibration;
    sampler_change(calibrate, &wanted);
    printf("%s\n", wanted.done ? "done" : "refused: too far from the configured shunt");
    return wanted.done ? 0 : 1;
}

static int reset_calibration(char **argv)
{
    calibrate_t wanted = {0};
    if (!parse_channel(argv[2], &wanted.channel)) {
        return 1;
    }
    sampler_change(calibrate, &wanted);
    return wanted.done ? 0 : 1;
}

static int calibration(int argc, char **argv)
{
    if (argc == 1 || (argc == 2 && strcmp(argv[1], "show") == 0)) {
        return show_calibration();
    }
    if (argc == 5 && strcmp(argv[1], "set") == 0) {
        return set_calibration(argv);
    }
    if (argc == 3 && strcmp(argv[1], "reset") == 0) {
        return reset_calibration(argv);
    }
    if (argc == 2 && strcmp(argv[1], "open") == 0) {
        udp_server_open_calibration();
        printf("clients may calibrate for %d s\n", UDP_SERVER_CALIBRATION_S);
        return 0;
    }
    return fail("calibration [show | open | set CHANNEL SHUNT_UOHM OFFSET_LSB256 | reset CHANNEL]");
}

static void reset_lifetime(power_meter_t *meter, void *arg)
{
    power_meter_set_lifetime(meter, *(const unsigned *)arg, 0);
}

static int lifetime(int argc, char **argv)
{
    unsigned channel;
    if (argc != 3 || strcmp(argv[1], "reset") != 0) {
        return fail("lifetime reset CHANNEL");
    }
    if (!parse_channel(argv[2], &channel)) {
        return 1;
    }
    sampler_change(reset_lifetime, &channel);
    return 0;
}

static int wifi(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "forget") != 0) {
        return fail("wifi forget");
    }
    esp_err_t result = network_forget();
    if (result != ESP_OK) {
        printf("%s\n", esp_err_to_name(result));
        return 1;
    }
    esp_restart();
}

static int update(int argc, char **argv)
{
    if (argc != 2) {
        return fail("update https://HOST/IMAGE.bin");
    }
    esp_err_t result = updates_install(argv[1]);
    printf("%s\n", esp_err_to_name(result));
    return result == ESP_OK ? 0 : 1;
}

static int reboot(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    esp_restart();
}

esp_err_t console_register_commands(void)
{
    static const esp_console_cmd_t commands[] = {
        {.command = "status", .help = "Sensors, network, self-test", .func = status},
        {.command = "channels", .help = "What each channel reads and has counted", .func = channels},
        {.command = "calibration",
         .help = "Show or change how channels read their sensors, or let clients do so for a while",
         .hint = "[show | open | set CHANNEL SHUNT_UOHM OFFSET_LSB256 | reset CHANNEL]",
         .func = calibration},
        {.command = "lifetime",
         .help = "Start a channel's lifetime energy anew",
         .hint = "reset CHANNEL",
         .func = lifetime},
        {.command = "wifi", .help = "Forget the Wi-Fi and ask for another", .hint = "forget", .func = wifi},
        {.command = "update", .help = "Install an image from a web server", .hint = "https://...", .func = update},
        {.command = "reboot", .help = "Save and restart", .func = reboot},
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        esp_err_t result = esp_console_cmd_register(&commands[i]);
        if (result != ESP_OK) {
            return result;
        }
    }
    return esp_console_register_help_command();
}
