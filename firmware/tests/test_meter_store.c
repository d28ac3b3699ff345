/* What is kept over restarts, whatever happens to power and flash. */
#include "cmocka_all.h"
#include "meter_store.h"
#include "random.h"
#include <string.h>

#define SECOND INT64_C(1000000)

/** Two slots of flash whose next write may stop after so many bytes. */
typedef struct {
    uint8_t slots[METER_STORE_SLOTS][METER_STORE_RECORD_BYTES];
    size_t lengths[METER_STORE_SLOTS];
    /** Bytes the next write gets through before the power fails; SIZE_MAX: all. */
    size_t cut_after;
    /** What a cut leaves of the slot: what was there, erased flash, or nothing behind. */
    enum { KEEP, ERASED, TRUNCATED } cut_leaves;
    bool failing;
    unsigned writes;
} flash_t;

static int read_slot(void *ctx, unsigned slot, uint8_t *data, size_t capacity, size_t *length)
{
    flash_t *flash = ctx;
    assert_true(flash->lengths[slot] <= capacity);
    memcpy(data, flash->slots[slot], flash->lengths[slot]);
    *length = flash->lengths[slot];
    return flash->failing ? -1 : 0;
}

static int write_slot(void *ctx, unsigned slot, const uint8_t *data, size_t length)
{
    flash_t *flash = ctx;
    if (flash->failing) {
        return -1;
    }
    flash->writes++;
    size_t written = flash->cut_after < length ? flash->cut_after : length;
    if (written < length && flash->cut_leaves == ERASED) {
        memset(flash->slots[slot], 0xff, length);
    }
    memcpy(flash->slots[slot], data, written);
    bool shorter = written < length && flash->cut_leaves == TRUNCATED;
    flash->lengths[slot] = shorter ? written : length;
    return written < length ? -1 : 0;
}

static void start_meter(power_meter_t *meter, uint32_t shunt_uohm)
{
    ina3221_bus_t no_bus = {0};
    power_meter_config_t config = power_meter_default_config();
    config.channels[1].enabled = true;
    config.channels[1].calibration.shunt_uohm = shunt_uohm;
    power_meter_init(meter, &config, &no_bus);
}

static void boot(flash_t *flash, power_meter_t *meter, meter_store_t *store)
{
    meter_store_port_t port = {.read = read_slot, .write = write_slot, .ctx = flash};
    start_meter(meter, 100000);
    meter_store_open(store, &port, meter, 0);
}

static uint64_t lifetime(const power_meter_t *meter)
{
    return power_meter_snapshot(meter, 2, 0).lifetime_uj;
}

static void spend(power_meter_t *meter, uint64_t uj)
{
    meter->channels[1].imported_uj.whole += uj;
}

static flash_t new_flash(void)
{
    return (flash_t){.cut_after = SIZE_MAX};
}

static void the_lifetime_goes_on_and_counters_since_boot_start_at_0(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    assert_int_equal(lifetime(&meter), 0);
    spend(&meter, 5000);
    assert_int_equal(lifetime(&meter), 5000);
    assert_true(meter_store_flush(&store, &meter, SECOND));
    spend(&meter, 77); /* not saved: lost */
    boot(&flash, &meter, &store);
    assert_int_equal(lifetime(&meter), 5000);
    assert_int_equal(power_meter_snapshot(&meter, 2, 0).imported_uj, 0);
    spend(&meter, 1);
    assert_int_equal(lifetime(&meter), 5001);
    power_meter_set_lifetime(&meter, 2, 0);
    assert_int_equal(lifetime(&meter), 0);
    spend(&meter, 3);
    assert_int_equal(lifetime(&meter), 3);
}

static void without_a_store_there_is_no_lifetime(void **state)
{
    (void)state;
    power_meter_t meter;
    start_meter(&meter, 100000);
    spend(&meter, 5000);
    assert_int_equal(lifetime(&meter), 0);
}

static void energy_is_saved_rarely_and_a_calibration_at_once(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    assert_true(meter_store_flush(&store, &meter, 0));
    flash.writes = 0;
    for (int64_t now_us = 0; now_us < 86400 * SECOND; now_us += SECOND) {
        spend(&meter, 100);
        assert_true(meter_store_update(&store, &meter, now_us));
    }
    assert_in_range(flash.writes, 143, 144);
    flash.writes = 0;
    for (int64_t now_us = 86400 * SECOND; now_us < 2 * 86400 * SECOND; now_us += SECOND) {
        meter_store_update(&store, &meter, now_us);
    }
    assert_in_range(flash.writes, 0, 1); /* what was not saved yet, then nothing new */

    energy_calibration_t calibration = {.shunt_uohm = 101500, .offset_lsb256 = -77};
    assert_true(power_meter_calibrate(&meter, 2, &calibration));
    flash.writes = 0;
    assert_true(meter_store_update(&store, &meter, 2 * 86400 * SECOND));
    assert_int_equal(flash.writes, 1);
    boot(&flash, &meter, &store);
    power_meter_snapshot_t snapshot = power_meter_snapshot(&meter, 2, 0);
    assert_int_equal(snapshot.shunt_uohm, 101500);
    assert_int_equal(snapshot.offset_lsb256, -77);
    assert_true(snapshot.flags & POWER_METER_FLAG_CALIBRATED);
    assert_false(power_meter_snapshot(&meter, 1, 0).flags & POWER_METER_FLAG_CALIBRATED);
}

static void a_power_cut_at_any_byte_leaves_the_old_record_or_the_new(void **state)
{
    (void)state;
    for (int leaves = KEEP; leaves <= TRUNCATED; leaves++) {
        for (size_t cut = 0; cut <= METER_STORE_RECORD_BYTES; cut++) {
            for (unsigned earlier = 1; earlier <= 3; earlier++) {
                flash_t flash = new_flash();
                flash.cut_leaves = leaves;
                power_meter_t meter;
                meter_store_t store;
                boot(&flash, &meter, &store);
                for (unsigned i = 0; i < earlier; i++) {
                    spend(&meter, 0x0101010101);
                    assert_true(meter_store_flush(&store, &meter, 0));
                }
                uint64_t before = lifetime(&meter);
                energy_calibration_t calibration = {.shunt_uohm = 99000, .offset_lsb256 = 12};
                power_meter_calibrate(&meter, 2, &calibration);
                spend(&meter, 0x0202020202);
                uint64_t after = lifetime(&meter);
                flash.cut_after = cut;
                meter_store_flush(&store, &meter, 0);

                flash.cut_after = SIZE_MAX;
                boot(&flash, &meter, &store);
                bool saved = lifetime(&meter) == after;
                assert_true(saved || lifetime(&meter) == before);
                assert_int_equal(power_meter_snapshot(&meter, 2, 0).shunt_uohm, saved ? 99000 : 100000);
                assert_int_equal(saved, cut == METER_STORE_RECORD_BYTES);
                /* And the next record is written and read. */
                spend(&meter, 9);
                uint64_t next = lifetime(&meter);
                assert_true(meter_store_flush(&store, &meter, 0));
                boot(&flash, &meter, &store);
                assert_int_equal(lifetime(&meter), next);
            }
        }
    }
}

static void a_flipped_bit_is_found(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    spend(&meter, 1000);
    meter_store_flush(&store, &meter, 0);
    spend(&meter, 1000);
    meter_store_flush(&store, &meter, 0);
    for (size_t bit = 0; bit < 8 * METER_STORE_RECORD_BYTES; bit++) {
        flash_t damaged = flash;
        damaged.slots[1][bit / 8] ^= (uint8_t)(1u << bit % 8);
        boot(&damaged, &meter, &store);
        assert_int_equal(lifetime(&meter), 1000);
        assert_int_equal(store.errors, 1);
    }
}

static void any_bytes_are_safe(void **state)
{
    (void)state;
    random_t random;
    random_seed(&random, 5);
    for (int i = 0; i < 20000; i++) {
        flash_t flash = new_flash();
        for (unsigned slot = 0; slot < METER_STORE_SLOTS; slot++) {
            flash.lengths[slot] = (size_t)(random_uniform(&random) * (METER_STORE_RECORD_BYTES + 1));
            for (size_t b = 0; b < flash.lengths[slot]; b++) {
                flash.slots[slot][b] = (uint8_t)(random_uniform(&random) * 256);
            }
        }
        power_meter_t meter;
        meter_store_t store;
        boot(&flash, &meter, &store);
        assert_int_equal(lifetime(&meter), 0);
    }
}

static void the_newest_record_counts_also_when_the_sequence_wraps(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    store.sequence = UINT32_MAX - 1;
    for (int i = 0; i < 4; i++) {
        spend(&meter, 10);
        uint64_t now = lifetime(&meter);
        assert_true(meter_store_flush(&store, &meter, 0));
        boot(&flash, &meter, &store);
        assert_int_equal(lifetime(&meter), now);
    }
    assert_int_equal(store.sequence, 2);
}

static void a_calibration_is_of_the_shunt_that_was_there(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    energy_calibration_t calibration = {.shunt_uohm = 101500};
    power_meter_calibrate(&meter, 2, &calibration);
    meter_store_flush(&store, &meter, 0);
    start_meter(&meter, 50000);
    meter_store_port_t port = {.read = read_slot, .write = write_slot, .ctx = &flash};
    meter_store_open(&store, &port, &meter, 0);
    assert_int_equal(power_meter_snapshot(&meter, 2, 0).shunt_uohm, 50000);
}

static void flash_that_fails_is_counted_and_tried_again_a_minute_later(void **state)
{
    (void)state;
    flash_t flash = new_flash();
    flash.failing = true;
    power_meter_t meter;
    meter_store_t store;
    boot(&flash, &meter, &store);
    assert_int_equal(store.errors, METER_STORE_SLOTS);
    spend(&meter, 10);
    assert_false(meter_store_update(&store, &meter, 0));
    flash.failing = false;
    assert_true(meter_store_update(&store, &meter, 59 * SECOND));
    assert_int_equal(flash.writes, 0);
    assert_true(meter_store_update(&store, &meter, 60 * SECOND));
    assert_int_equal(flash.writes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lifetime_goes_on_and_counters_since_boot_start_at_0),
        cmocka_unit_test(without_a_store_there_is_no_lifetime),
        cmocka_unit_test(energy_is_saved_rarely_and_a_calibration_at_once),
        cmocka_unit_test(a_power_cut_at_any_byte_leaves_the_old_record_or_the_new),
        cmocka_unit_test(a_flipped_bit_is_found),
        cmocka_unit_test(any_bytes_are_safe),
        cmocka_unit_test(the_newest_record_counts_also_when_the_sequence_wraps),
        cmocka_unit_test(a_calibration_is_of_the_shunt_that_was_there),
        cmocka_unit_test(flash_that_fails_is_counted_and_tried_again_a_minute_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
