#include "fuzz_input.h"

#include <stdlib.h>
#include <string.h>

uint64_t fuzz_number(fuzz_input_t *input, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes && input->left > 0; i++) {
        number |= (uint64_t)*input->data++ << 8 * i;
        input->left--;
    }
    return number;
}

unsigned fuzz_below(fuzz_input_t *input, unsigned end)
{
    return (unsigned)fuzz_number(input, 1) % end;
}

size_t fuzz_take(fuzz_input_t *input, size_t length, const uint8_t **bytes)
{
    size_t taken = length < input->left ? length : input->left;
    *bytes = input->data;
    input->data += taken;
    input->left -= taken;
    return taken;
}

char *fuzz_text(fuzz_input_t *input)
{
    const uint8_t *bytes;
    size_t length = fuzz_take(input, input->left, &bytes);
    char *text = malloc(length + 1);
    if (!text) {
        abort();
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}
