#include "reconnect_delay.h"

#define SHORTEST_MS 1000
#define LONGEST_MS 60000

uint32_t reconnect_delay_ms(uint32_t attempt, uint32_t random)
{
    uint32_t longest_ms = SHORTEST_MS;
    for (uint32_t i = 1; i < attempt && longest_ms < LONGEST_MS; i++) {
        longest_ms *= 2;
    }
    longest_ms = longest_ms < LONGEST_MS ? longest_ms : LONGEST_MS;
    return longest_ms / 2 + random % (longest_ms / 2 + 1);
}
