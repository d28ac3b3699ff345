/**
 * @file
 * Who gets datagrams, until when and how often: a static table keyed by (address, port, channel).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "meter_endpoint.h"
#include "meter_request.h"

#define METER_SUBSCRIPTION_SLOTS 32
/** First-generation clients need not prove their address, so one address takes no more slots than this. */
#define METER_FIRST_GENERATION_PER_ADDRESS 8

typedef struct {
    bool used;
    bool first_generation;
    meter_endpoint_t endpoint;
    unsigned channel;
    uint32_t interval_ms;
    /** Of the last datagram; the next one's is one more. */
    uint32_t sequence;
    /** When the next datagram is due. */
    int64_t due_us;
    /** Ends here; first-generation subscriptions never do. */
    int64_t expires_us;
    int64_t last_request_us;
} meter_subscription_t;

typedef struct {
    meter_subscription_t slots[METER_SUBSCRIPTION_SLOTS];
    /** Subscriptions refused because the table was full. */
    uint32_t refused;
    /** First-generation subscriptions that had to make room. */
    uint32_t evicted;
    uint32_t expired;
} meter_subscriptions_t;

/**
 * Adds the subscription or renews the one there is. A new one is due at once; renewing never brings a datagram forward
 * of its interval. When full, the first-generation client that asked longest ago makes room.
 * @return the slot, or NULL if there is no room
 */
meter_subscription_t *meter_subscriptions_put(meter_subscriptions_t *table, const meter_endpoint_t *endpoint,
                                              const meter_request_t *request, int64_t now_us);

/** Ends a subscription if it is there. */
void meter_subscriptions_cancel(meter_subscriptions_t *table, const meter_endpoint_t *endpoint, unsigned channel);

/**
 * The next subscription due at `now_us`, from slot `*slot` on; `*slot` is moved past it. What has expired is dropped.
 * The caller sends one datagram to it, and fails silently: no error of sending ends a subscription.
 * @return NULL when none is left
 */
meter_subscription_t *meter_subscriptions_next_due(meter_subscriptions_t *table, int64_t now_us, unsigned *slot);

/** When the next datagram is due; INT64_MAX without subscriptions. */
int64_t meter_subscriptions_due_us(const meter_subscriptions_t *table);

/** What is left of the lease, at least 1; 0 for first-generation clients. */
uint32_t meter_subscription_lease_ms(const meter_subscription_t *subscription, int64_t now_us);

unsigned meter_subscriptions_count(const meter_subscriptions_t *table, int64_t now_us);
