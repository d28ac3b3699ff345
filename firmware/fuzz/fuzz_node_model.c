/** @file Any text as a channel's model: a model whose energy rises, or a message for the user. */
#include <math.h>
#include <string.h>

#include "fuzz_target.h"
#include "node_model.h"

#define STEP_NS 10000000
#define STEPS 20

static double energy_joules(const node_channel_t *channel)
{
    double joules = 0;
    for (size_t i = 0; i < channel->part_count; i++) {
        for (size_t s = 0; s < channel->parts[i]->source_count; s++) {
            joules += channel->parts[i]->sources[s].energy_joules;
        }
    }
    return joules;
}

static void run(node_model_t *node)
{
    int64_t now_ns = 0;
    for (int step = 1; step <= STEPS; step++) {
        double before = energy_joules(&node->channels[0]);
        node_model_read(node, (int64_t)step * STEP_NS);
        while (now_ns < (int64_t)step * STEP_NS) {
            double watts[NODE_CHANNELS];
            int64_t end_ns = node_model_advance(node, now_ns, (int64_t)step * STEP_NS, watts);
            HOLDS(end_ns > now_ns && end_ns <= (int64_t)step * STEP_NS);
            HOLDS(isfinite(watts[0]) && watts[0] >= 0);
            now_ns = end_ns;
        }
        double after = energy_joules(&node->channels[0]);
        HOLDS(isfinite(after) && after >= before);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    char *text = fuzz_text(&input);
    node_model_t node;
    memset(&node, 0, sizeof(node));
    node_error_t error = {.text = ""};
    if (node_channel_parse(&node.channels[0], text, &error)) {
        HOLDS(node.channels[0].part_count >= 1 && node.channels[0].part_count <= NODE_CHANNEL_PARTS);
        run(&node);
    } else {
        HOLDS(error.text[0] != '\0' && memchr(error.text, '\0', sizeof(error.text)));
    }
    node_model_destroy(&node);
    free(text);
    return 0;
}
