#include "state_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** The longest is ".1" and the NUL. */
#define SUFFIX_BYTES 3

static FILE *open_slot(const state_file_t *file, unsigned slot, const char *mode)
{
    char path[STATE_FILE_PATH_BYTES + SUFFIX_BYTES];
    snprintf(path, sizeof(path), "%s.%u", file->path, slot);
    return fopen(path, mode);
}

bool state_file_open(state_file_t *file, const char *path)
{
    size_t length = strlen(path);
    if (length >= sizeof(file->path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(file->path, path, length + 1);
    for (unsigned slot = 0; slot < METER_STORE_SLOTS; slot++) {
        FILE *stream = open_slot(file, slot, "ab");
        if (!stream) {
            return false;
        }
        fclose(stream);
    }
    return true;
}

static int read_slot(void *ctx, unsigned slot, uint8_t *data, size_t capacity, size_t *length)
{
    FILE *stream = open_slot(ctx, slot, "rb");
    if (!stream) {
        return -1;
    }
    *length = fread(data, 1, capacity, stream);
    bool failed = ferror(stream) != 0;
    fclose(stream);
    return failed ? -1 : 0;
}

static int write_slot(void *ctx, unsigned slot, const uint8_t *data, size_t length)
{
    FILE *stream = open_slot(ctx, slot, "wb");
    if (!stream) {
        return -1;
    }
    bool written = fwrite(data, 1, length, stream) == length;
    return fclose(stream) == 0 && written ? 0 : -1;
}

meter_store_port_t state_file_port(state_file_t *file)
{
    return (meter_store_port_t){.read = read_slot, .write = write_slot, .ctx = file};
}
