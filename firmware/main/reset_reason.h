/** @file Why the meter started. */
#pragma once

/** A word for the log and the console, such as `power-on` or `brown-out`. */
const char *reset_reason(void);
