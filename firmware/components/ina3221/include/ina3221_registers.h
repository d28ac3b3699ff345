/**
 * @file
 * Registers of TI's INA3221, from its datasheet SBOS576 (section 7.6), for the driver and for its emulator.
 */
#pragma once

#define INA3221_CHANNELS 3

#define INA3221_REG_CONFIGURATION 0x00
/** Shunt voltage of channel 0 to 2: signed, bits 15 to 3, 40 uV. */
#define INA3221_REG_SHUNT(channel) (0x01 + 2 * (channel))
/** Voltage at IN- of channel 0 to 2: signed, bits 15 to 3, 8 mV. */
#define INA3221_REG_BUS(channel) (0x02 + 2 * (channel))
#define INA3221_REG_CRITICAL_LIMIT(channel) (0x07 + 2 * (channel))
#define INA3221_REG_WARNING_LIMIT(channel) (0x08 + 2 * (channel))
#define INA3221_REG_SHUNT_SUM 0x0D
#define INA3221_REG_SHUNT_SUM_LIMIT 0x0E
#define INA3221_REG_MASK_ENABLE 0x0F
#define INA3221_REG_POWER_VALID_UPPER 0x10
#define INA3221_REG_POWER_VALID_LOWER 0x11
#define INA3221_REG_MANUFACTURER_ID 0xFE
#define INA3221_REG_DIE_ID 0xFF

#define INA3221_MANUFACTURER_ID 0x5449
#define INA3221_DIE_ID 0x3220

/** Configuration after power-on: all channels, no averaging, 1.1 ms each, continuous. */
#define INA3221_CONFIGURATION_AT_POWER_ON 0x7127
#define INA3221_CONFIGURATION_RESET 0x8000
#define INA3221_CONFIGURATION_CHANNEL(channel) (0x4000 >> (channel))
#define INA3221_CONFIGURATION_AVERAGING_SHIFT 9
#define INA3221_CONFIGURATION_BUS_TIME_SHIFT 6
#define INA3221_CONFIGURATION_SHUNT_TIME_SHIFT 3
#define INA3221_CONFIGURATION_FIELD_MASK 0x7
#define INA3221_MODE_MASK 0x7
#define INA3221_MODE_CONTINUOUS 0x4
#define INA3221_MODE_BUS 0x2
#define INA3221_MODE_SHUNT 0x1

/** Mask/Enable: reading it clears the flags below. */
#define INA3221_MASK_CONVERSION_READY 0x0001
#define INA3221_MASK_WARNING(channel) (0x0020 >> (channel))
#define INA3221_MASK_CRITICAL(channel) (0x0200 >> (channel))

/** Values of the 13-bit registers at full scale. */
#define INA3221_RAW_MAX 4095
#define INA3221_RAW_MIN (-4096)

#define INA3221_SHUNT_LSB_UV 40
#define INA3221_BUS_LSB_MV 8
