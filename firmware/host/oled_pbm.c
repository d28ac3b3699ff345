#include "oled_pbm.h"

#include <string.h>

void oled_pbm(const oled_frame_t *frame, uint8_t pbm[OLED_PBM_BYTES])
{
    uint8_t *byte = pbm + sizeof(OLED_PBM_HEADER) - 1;
    memcpy(pbm, OLED_PBM_HEADER, sizeof(OLED_PBM_HEADER) - 1);
    for (int y = 0; y < OLED_HEIGHT; y++) {
        for (int x = 0; x < OLED_WIDTH; x += 8) {
            *byte = 0;
            for (int bit = 0; bit < 8; bit++) {
                /* A set bit is black in a PBM. */
                if (!oled_frame_pixel(frame, x + bit, y)) {
                    *byte |= (uint8_t)(0x80 >> bit);
                }
            }
            byte++;
        }
    }
}
