#include "impaired_link.h"

#include <string.h>

/** A datagram so marked waits for the next one to its client. */
#define HELD_BACK INT64_MAX

static bool chance(impaired_link_t *link, double probability)
{
    return probability > 0 && random_uniform(&link->random) < probability;
}

bool impaired_link_loses(impaired_link_t *link)
{
    return chance(link, link->impairment.loss);
}

static void enqueue(impaired_link_t *link, const link_datagram_t *datagram)
{
    if (link->queued < LINK_QUEUE_DATAGRAMS) {
        link->queue[link->queued++] = *datagram;
    }
}

static link_datagram_t dequeue(impaired_link_t *link, size_t index)
{
    link_datagram_t datagram = link->queue[index];
    link->queued--;
    memmove(&link->queue[index], &link->queue[index + 1], (link->queued - index) * sizeof(link->queue[0]));
    return datagram;
}

static bool same_endpoint(const meter_endpoint_t *a, const meter_endpoint_t *b)
{
    return a->port == b->port && a->address_length == b->address_length &&
           memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/** The datagram held back for a client; link->queued: there is none. */
static size_t find_held(const impaired_link_t *link, const meter_endpoint_t *to)
{
    size_t i = 0;
    while (i < link->queued && (link->queue[i].due_ns != HELD_BACK || !same_endpoint(&link->queue[i].to, to))) {
        i++;
    }
    return i;
}

static void pass_on(impaired_link_t *link, int64_t now_ns, link_datagram_t *datagram)
{
    if (link->impairment.delay_ns > 0) {
        datagram->due_ns = now_ns + link->impairment.delay_ns;
        enqueue(link, datagram);
    } else {
        link->transmit(link->ctx, &datagram->to, datagram->data, datagram->length);
    }
}

static void send_once(impaired_link_t *link, int64_t now_ns, link_datagram_t *datagram)
{
    size_t held = find_held(link, &datagram->to);
    if (held < link->queued) {
        link_datagram_t late = dequeue(link, held);
        pass_on(link, now_ns, datagram);
        pass_on(link, now_ns, &late);
    } else if (chance(link, link->impairment.reorder)) {
        datagram->due_ns = HELD_BACK;
        enqueue(link, datagram);
    } else {
        pass_on(link, now_ns, datagram);
    }
}

void impaired_link_send(impaired_link_t *link, int64_t now_ns, const meter_endpoint_t *to, const uint8_t *data,
                        size_t length)
{
    if (link->impairment.silent || impaired_link_loses(link)) {
        return;
    }
    link_datagram_t datagram = {.to = *to, .length = length};
    memcpy(datagram.data, data, length);
    send_once(link, now_ns, &datagram);
    if (chance(link, link->impairment.duplicate)) {
        send_once(link, now_ns, &datagram);
    }
}

void impaired_link_flush(impaired_link_t *link, int64_t now_ns)
{
    for (size_t i = 0; i < link->queued;) {
        if (link->queue[i].due_ns > now_ns) {
            i++;
            continue;
        }
        link_datagram_t datagram = dequeue(link, i);
        link->transmit(link->ctx, &datagram.to, datagram.data, datagram.length);
    }
}
