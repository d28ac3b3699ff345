#include "oled_text.h"

/** Of 64 bits. */
#define MAX_DIGITS 20

void oled_text_add(oled_text_t *line, const char *text)
{
    while (*text != '\0' && line->length < OLED_TEXT_BYTES - 1) {
        line->text[line->length++] = *text++;
    }
    line->text[line->length] = '\0';
}

void oled_text_add_number(oled_text_t *line, uint64_t number, int digits)
{
    char text[MAX_DIGITS + 1] = "";
    char *first = &text[MAX_DIGITS];
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (first > text && (number > 0 || &text[MAX_DIGITS] - first < digits));
    oled_text_add(line, first);
}
