#include "oled_quantity.h"

#include <stdbool.h>
#include <stddef.h>

#define MICRO (-6)
#define MILLI (-3)
/** A number's integer part is below. */
#define NEXT_PREFIX 1000

static uint64_t power_of_ten(int exponent)
{
    uint64_t power = 1;
    for (int i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

static uint64_t rounded_quotient(uint64_t dividend, uint64_t divisor)
{
    return dividend / divisor + (dividend % divisor >= divisor - divisor / 2 ? 1 : 0);
}

/** Writes a number, its last `decimals` digits after the point, from its end on. */
static void write_number(char *text, bool negative, uint64_t number, int decimals)
{
    char reversed[OLED_NUMBER_BYTES];
    size_t length = 0;
    for (int digit = 0; number > 0 || digit <= decimals; digit++) {
        if (decimals > 0 && digit == decimals) {
            reversed[length++] = '.';
        }
        reversed[length++] = (char)('0' + number % 10);
        number /= 10;
    }
    if (negative) {
        reversed[length++] = '-';
    }
    for (size_t i = 0; i < length; i++) {
        text[i] = reversed[length - 1 - i];
    }
    text[length] = '\0';
}

oled_quantity_t oled_quantity(int64_t micro, char unit, int digits, int finest)
{
    static const char prefixes[] = {'m', '\0', 'k', 'M', 'G', 'T'};
    uint64_t magnitude = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro;
    int exponent = finest <= MILLI ? MILLI : 0;
    int decimals = exponent - finest;
    uint64_t number = rounded_quotient(magnitude, power_of_ten(finest - MICRO));
    while (number >= power_of_ten(digits) || number / power_of_ten(decimals) >= NEXT_PREFIX) {
        if (decimals > 0 && number / power_of_ten(decimals) < NEXT_PREFIX) {
            decimals--;
        } else {
            exponent += 3;
            decimals = exponent - finest < digits - 1 ? exponent - finest : digits - 1;
        }
        number = rounded_quotient(magnitude, power_of_ten(exponent - decimals - MICRO));
    }
    oled_quantity_t quantity = {0};
    write_number(quantity.number, micro < 0 && number > 0, number, decimals);
    char prefix = prefixes[(exponent - MILLI) / 3];
    size_t length = 0;
    if (prefix != '\0') {
        quantity.unit[length++] = prefix;
    }
    quantity.unit[length] = unit;
    return quantity;
}
