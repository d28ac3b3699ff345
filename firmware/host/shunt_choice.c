#include "shunt_choice.h"

#include <stddef.h>

/** Full scale is 163.8 mV; the rest is for noise and offset. */
#define USABLE_VOLTS 0.160

static const double s_shunts_ohm[] = {0.1, 0.05, 0.02, 0.01, 0.005, 0.002};
#define SHUNTS (sizeof(s_shunts_ohm) / sizeof(s_shunts_ohm[0]))

static bool fits(const node_channel_t *channel, const supply_t *supply)
{
    double watts = 0;
    bool live = false;
    for (size_t i = 0; i < channel->part_count; i++) {
        watts += channel->parts[i]->max_watts;
        live |= channel->parts[i]->live;
    }
    return !live || (watts < supply_max_watts(supply) && supply_input(supply, watts).shunt_volts < USABLE_VOLTS);
}

double shunt_choice(const node_model_t *node, const supply_t *supply)
{
    supply_t tried = *supply;
    for (size_t i = 0; i < SHUNTS; i++) {
        bool all_fit = true;
        tried.shunt_ohm = s_shunts_ohm[i];
        for (int c = 0; c < NODE_CHANNELS; c++) {
            all_fit &= fits(&node->channels[c], &tried);
        }
        if (all_fit) {
            return tried.shunt_ohm;
        }
    }
    return s_shunts_ohm[SHUNTS - 1];
}
