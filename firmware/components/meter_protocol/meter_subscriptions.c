#include "meter_subscriptions.h"

#include <stddef.h>
#include <string.h>

static bool same_address(const meter_endpoint_t *a, const meter_endpoint_t *b)
{
    return a->address_length == b->address_length && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static bool same_key(const meter_subscription_t *slot, const meter_endpoint_t *endpoint, unsigned channel)
{
    return slot->used && slot->channel == channel && slot->endpoint.port == endpoint->port &&
           same_address(&slot->endpoint, endpoint);
}

static bool expired(const meter_subscription_t *slot, int64_t now_us)
{
    return !slot->first_generation && now_us >= slot->expires_us;
}

static void drop_expired(meter_subscriptions_t *table, int64_t now_us)
{
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        meter_subscription_t *slot = &table->slots[i];
        if (slot->used && expired(slot, now_us)) {
            slot->used = false;
            table->expired++;
        }
    }
}

static meter_subscription_t *find(meter_subscriptions_t *table, const meter_endpoint_t *endpoint, unsigned channel)
{
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        if (same_key(&table->slots[i], endpoint, channel)) {
            return &table->slots[i];
        }
    }
    return NULL;
}

static meter_subscription_t *find_free(meter_subscriptions_t *table)
{
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        if (!table->slots[i].used) {
            return &table->slots[i];
        }
    }
    return NULL;
}

/**
 * The first-generation subscription that asked longest ago, of all or of one address.
 * @param count  gets how many there are
 */
static meter_subscription_t *oldest_first_generation(meter_subscriptions_t *table, const meter_endpoint_t *address,
                                                     unsigned *count)
{
    meter_subscription_t *oldest = NULL;
    *count = 0;
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        meter_subscription_t *slot = &table->slots[i];
        if (!slot->used || !slot->first_generation || (address && !same_address(&slot->endpoint, address))) {
            continue;
        }
        (*count)++;
        if (!oldest || slot->last_request_us < oldest->last_request_us) {
            oldest = slot;
        }
    }
    return oldest;
}

static meter_subscription_t *make_room(meter_subscriptions_t *table, const meter_endpoint_t *endpoint,
                                       bool first_generation)
{
    unsigned count = 0;
    if (first_generation) {
        meter_subscription_t *own = oldest_first_generation(table, endpoint, &count);
        if (count >= METER_FIRST_GENERATION_PER_ADDRESS) {
            table->evicted++;
            return own;
        }
    }
    meter_subscription_t *slot = find_free(table);
    if (slot) {
        return slot;
    }
    slot = oldest_first_generation(table, NULL, &count);
    if (slot) {
        table->evicted++;
    } else {
        table->refused++;
    }
    return slot;
}

meter_subscription_t *meter_subscriptions_put(meter_subscriptions_t *table, const meter_endpoint_t *endpoint,
                                              const meter_request_t *request, int64_t now_us)
{
    drop_expired(table, now_us);
    uint32_t interval_ms = meter_request_effective_interval_ms(request);
    int64_t interval_us = (int64_t)interval_ms * 1000;
    meter_subscription_t *slot = find(table, endpoint, request->channel);
    if (slot && !slot->first_generation && !request->extended) {
        /* A first-generation request proves nothing, so it can't change what an extended one agreed on. */
        return slot;
    }
    if (!slot) {
        slot = make_room(table, endpoint, !request->extended);
        if (!slot) {
            return NULL;
        }
        *slot = (meter_subscription_t){
            .used = true,
            .first_generation = true,
            .endpoint = *endpoint,
            .channel = request->channel,
            .due_us = now_us,
        };
    } else if (slot->due_us > now_us + interval_us) {
        slot->due_us = now_us + interval_us;
    }
    slot->last_request_us = now_us;
    slot->interval_ms = interval_ms;
    if (request->extended) {
        slot->first_generation = false;
        slot->expires_us = now_us + (int64_t)meter_request_effective_lease_s(request) * 1000000;
    }
    return slot;
}

void meter_subscriptions_cancel(meter_subscriptions_t *table, const meter_endpoint_t *endpoint, unsigned channel)
{
    meter_subscription_t *slot = find(table, endpoint, channel);
    if (slot) {
        slot->used = false;
    }
}

meter_subscription_t *meter_subscriptions_next_due(meter_subscriptions_t *table, int64_t now_us, unsigned *slot)
{
    drop_expired(table, now_us);
    while (*slot < METER_SUBSCRIPTION_SLOTS) {
        meter_subscription_t *next = &table->slots[(*slot)++];
        if (!next->used || next->due_us > now_us) {
            continue;
        }
        int64_t interval_us = (int64_t)next->interval_ms * 1000;
        next->due_us += interval_us;
        if (next->due_us <= now_us) {
            next->due_us = now_us + interval_us;
        }
        /* 0 means absent on the wire. */
        next->sequence = next->sequence == UINT32_MAX ? 1 : next->sequence + 1;
        return next;
    }
    return NULL;
}

int64_t meter_subscriptions_due_us(const meter_subscriptions_t *table)
{
    int64_t due_us = INT64_MAX;
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        const meter_subscription_t *slot = &table->slots[i];
        if (slot->used && slot->due_us < due_us) {
            due_us = slot->due_us;
        }
    }
    return due_us;
}

uint32_t meter_subscription_lease_ms(const meter_subscription_t *subscription, int64_t now_us)
{
    if (subscription->first_generation) {
        return 0;
    }
    int64_t left_ms = (subscription->expires_us - now_us) / 1000;
    return left_ms > 0 ? (uint32_t)left_ms : 1;
}

unsigned meter_subscriptions_count(const meter_subscriptions_t *table, int64_t now_us)
{
    unsigned count = 0;
    for (unsigned i = 0; i < METER_SUBSCRIPTION_SLOTS; i++) {
        count += table->slots[i].used && !expired(&table->slots[i], now_us);
    }
    return count;
}
