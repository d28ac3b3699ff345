/** @file Any bytes as a trace file: a power at every moment, or a message for the user. */
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_target.h"
#include "node_part.h"

#define CHANGES 200

static void run(node_part_t *part, fuzz_input_t *steps)
{
    int64_t now_ns = 0;
    for (int i = 0; i < CHANGES; i++) {
        int64_t until_ns = now_ns + 1 + ((int64_t)fuzz_number(steps, 2) << fuzz_below(steps, 24));
        int64_t end_ns = part->type->set_power(part, now_ns, until_ns);
        HOLDS(end_ns > now_ns && end_ns <= until_ns);
        HOLDS(part->sources[0].watts >= 0 && part->sources[0].watts <= part->max_watts);
        now_ns = end_ns;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t input = {data, size};
    bool loop = fuzz_below(&input, 2);
    const uint8_t *bytes;
    size_t steps_length = fuzz_take(&input, fuzz_below(&input, 32), &bytes);
    fuzz_input_t steps = {bytes, steps_length};

    int file = memfd_create("trace", 0);
    HOLDS(file >= 0 && write(file, input.data, input.left) == (ssize_t)input.left);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    node_error_t error = {.text = ""};
    node_part_t *part = trace_part_create(path, loop, &error);
    if (part) {
        run(part, &steps);
        part->type->destroy(part);
    } else {
        HOLDS(error.text[0] != '\0' && memchr(error.text, '\0', sizeof(error.text)));
    }
    close(file);
    return 0;
}
