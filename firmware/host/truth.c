#define _POSIX_C_SOURCE 200809L

#include "truth.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INTERVAL_NS 50000000
#define LINE_BYTES 128
#define SOURCES (NODE_CHANNEL_PARTS * NODE_PART_SOURCES)

static void append(truth_t *truth, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(truth->fd, text, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            fprintf(stderr, "power-meter-twin: the truth in '%s' ends here: %s\n", truth->path, strerror(errno));
            truth_close(truth);
            return;
        }
        text += written;
        length -= (size_t)written;
    }
}

bool truth_open(truth_t *truth, const char *path)
{
    static const char s_header[] = "time_us,channel,source,energy_joules,cpu_seconds\n";
    *truth = (truth_t){.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644), .path = path};
    if (truth->fd < 0) {
        return false;
    }
    truth->written_ns = -INTERVAL_NS;
    append(truth, s_header, strlen(s_header));
    return truth->fd >= 0;
}

/** How many sources of that name the channel has before this one: the second `constant` is called constant2. */
static unsigned namesakes(const node_channel_t *channel, size_t part, size_t source)
{
    unsigned count = 0;
    for (size_t p = 0; p <= part; p++) {
        for (size_t s = 0; s < (p == part ? source : channel->parts[p]->source_count); s++) {
            count += strcmp(channel->parts[p]->sources[s].name, channel->parts[part]->sources[source].name) == 0;
        }
    }
    return count;
}

static size_t format_channel(char *lines, int64_t unix_us, int number, const node_channel_t *channel)
{
    size_t length = 0;
    for (size_t p = 0; p < channel->part_count; p++) {
        for (size_t s = 0; s < channel->parts[p]->source_count; s++) {
            const power_source_t *source = &channel->parts[p]->sources[s];
            unsigned before = namesakes(channel, p, s);
            char suffix[12] = "";
            if (before > 0) {
                snprintf(suffix, sizeof(suffix), "%u", before + 1);
            }
            length += (size_t)snprintf(lines + length, LINE_BYTES, "%" PRId64 ",%d,%s%s,%.9f,%.9f\n", unix_us, number,
                                       source->name, suffix, source->energy_joules, source->cpu_seconds);
        }
    }
    return length;
}

void truth_write(truth_t *truth, const node_model_t *node, int64_t now_ns, int64_t unix_us, bool last)
{
    if (truth->fd < 0 || truth->written_ns == now_ns || (!last && now_ns - truth->written_ns < INTERVAL_NS)) {
        return;
    }
    char lines[NODE_CHANNELS * SOURCES * LINE_BYTES];
    size_t length = 0;
    for (int c = 0; c < NODE_CHANNELS; c++) {
        length += format_channel(lines + length, unix_us, c + 1, &node->channels[c]);
    }
    truth->written_ns = now_ns;
    append(truth, lines, length);
}

void truth_close(truth_t *truth)
{
    if (truth->fd >= 0) {
        close(truth->fd);
        truth->fd = -1;
    }
}
