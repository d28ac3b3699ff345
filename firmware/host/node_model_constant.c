#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "node_part.h"

node_part_t *node_part_fail(node_error_t *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return NULL;
}

static int64_t set_power(node_part_t *part, int64_t from_ns, int64_t until_ns)
{
    (void)part;
    (void)from_ns;
    return until_ns;
}

static void destroy(node_part_t *part)
{
    free(part);
}

static const node_part_type_t s_type = {.set_power = set_power, .destroy = destroy};

node_part_t *constant_part_create(double watts, node_error_t *error)
{
    node_part_t *part = calloc(1, sizeof(*part));
    if (!part) {
        return node_part_fail(error, "out of memory");
    }
    part->type = &s_type;
    part->max_watts = watts;
    part->source_count = 1;
    part->sources[0] = (power_source_t){.name = "constant", .watts = watts};
    return part;
}
