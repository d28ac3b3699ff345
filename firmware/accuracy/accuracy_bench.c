/* Every way of reading the sensor on every load: standard deviation of a second's energy and error of the whole. */
#include <stdio.h>
#include <stdlib.h>

#include "accuracy.h"
#include "accuracy_loads.h"
#include "temporary_directory.h"

#define SECONDS 120
#define NOISE_LSB 0.5

int main(void)
{
    static accuracy_load_t loads[ACCURACY_LOADS];
    char directory[TEMPORARY_PATH_BYTES];
    temporary_directory_make(directory);
    accuracy_loads_make(loads, directory);
    printf("Simulated, %d s, noise %.1f LSB: sd of a second's energy / error of the whole, in %%\n", SECONDS,
           NOISE_LSB);
    printf("%-36s%9s%7s", "way of reading", "cycle ms", "duty");
    for (int l = 0; l < ACCURACY_LOADS; l++) {
        printf("%18s", loads[l].name);
    }
    puts("");
    for (unsigned s = 0; s < g_accuracy_setting_count; s++) {
        const accuracy_setting_t *setting = &g_accuracy_settings[s];
        for (int l = 0; l < ACCURACY_LOADS; l++) {
            accuracy_result_t result = accuracy_measure(setting, loads[l].model, NOISE_LSB, SECONDS);
            if (l == 0) {
                printf("%-36s%9.2f%6.1f%%", setting->name, result.cycle_ms, result.shunt_duty * 100);
            }
            printf("%9.3f / %+.3f", result.second_sd_ratio * 100, result.total_ratio * 100);
            fflush(stdout);
        }
        puts("");
    }
    temporary_directory_remove(directory);
    return EXIT_SUCCESS;
}
