#include "supply.h"

#include <math.h>

static double series_ohm(const supply_t *supply)
{
    return supply->supply_ohm + supply->shunt_ohm;
}

double supply_max_watts(const supply_t *supply)
{
    return supply->supply_volts * supply->supply_volts / (4 * series_ohm(supply));
}

ina3221_input_t supply_input(const supply_t *supply, double watts)
{
    double square = supply->supply_volts * supply->supply_volts - 4 * watts * series_ohm(supply);
    double bus_volts = (supply->supply_volts + sqrt(fmax(square, 0))) / 2;
    double amperes = (supply->supply_volts - bus_volts) / series_ohm(supply);
    return (ina3221_input_t){.shunt_volts = amperes * supply->shunt_ohm, .bus_volts = bus_volts};
}
