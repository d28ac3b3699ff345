#include "meter_challenge.h"

#include <string.h>

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static uint64_t little_endian(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static void rounds(uint64_t v[4], int count)
{
    for (int i = 0; i < count; i++) {
        v[0] += v[1];
        v[1] = rotate_left(v[1], 13) ^ v[0];
        v[0] = rotate_left(v[0], 32);
        v[2] += v[3];
        v[3] = rotate_left(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate_left(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate_left(v[1], 17) ^ v[2];
        v[2] = rotate_left(v[2], 32);
    }
}

uint64_t meter_siphash(const uint8_t secret[METER_CHALLENGE_SECRET_BYTES], const uint8_t *data, size_t length)
{
    uint64_t k0 = little_endian(secret, 8);
    uint64_t k1 = little_endian(secret + 8, 8);
    uint64_t v[4] = {
        k0 ^ UINT64_C(0x736f6d6570736575),
        k1 ^ UINT64_C(0x646f72616e646f6d),
        k0 ^ UINT64_C(0x6c7967656e657261),
        k1 ^ UINT64_C(0x7465646279746573),
    };
    size_t whole = length / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t word = little_endian(data + i, 8);
        v[3] ^= word;
        rounds(v, 2);
        v[0] ^= word;
    }
    uint64_t last = little_endian(data + whole, length - whole) | (uint64_t)length << 56;
    v[3] ^= last;
    rounds(v, 2);
    v[0] ^= last;
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint32_t meter_challenge_token(const uint8_t secret[METER_CHALLENGE_SECRET_BYTES], const meter_endpoint_t *endpoint)
{
    uint8_t key[sizeof(endpoint->address) + 3];
    memcpy(key, endpoint->address, sizeof(endpoint->address));
    key[16] = endpoint->address_length;
    key[17] = (uint8_t)(endpoint->port >> 8);
    key[18] = (uint8_t)endpoint->port;
    uint64_t hash = meter_siphash(secret, key, sizeof(key));
    uint32_t token = (uint32_t)(hash ^ hash >> 32);
    return token != 0 ? token : 1;
}
