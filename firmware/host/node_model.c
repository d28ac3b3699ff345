#include "node_model.h"

void node_model_read(node_model_t *node, int64_t now_ns)
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        for (size_t i = 0; i < node->channels[c].part_count; i++) {
            node_part_t *part = node->channels[c].parts[i];
            if (part->type->read) {
                part->type->read(part, now_ns);
            }
        }
    }
}

static void account(node_part_t *part, double seconds)
{
    for (size_t i = 0; i < part->source_count; i++) {
        power_source_t *source = &part->sources[i];
        source->energy_joules += source->watts * seconds;
        source->cpu_seconds += source->cores * seconds;
    }
}

int64_t node_model_advance(node_model_t *node, int64_t from_ns, int64_t until_ns, double watts[NODE_CHANNELS])
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        watts[c] = 0;
        for (size_t i = 0; i < node->channels[c].part_count; i++) {
            node_part_t *part = node->channels[c].parts[i];
            until_ns = part->type->set_power(part, from_ns, until_ns);
            for (size_t s = 0; s < part->source_count; s++) {
                watts[c] += part->sources[s].watts;
            }
        }
    }
    double seconds = (double)(until_ns - from_ns) * 1e-9;
    for (int c = 0; c < NODE_CHANNELS; c++) {
        for (size_t i = 0; i < node->channels[c].part_count; i++) {
            account(node->channels[c].parts[i], seconds);
        }
    }
    return until_ns;
}

void node_model_destroy(node_model_t *node)
{
    for (int c = 0; c < NODE_CHANNELS; c++) {
        for (size_t i = 0; i < node->channels[c].part_count; i++) {
            node_part_t *part = node->channels[c].parts[i];
            part->type->destroy(part);
        }
        node->channels[c].part_count = 0;
    }
}
