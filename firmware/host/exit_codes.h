/** @file Exit codes of the program besides 0 and 1. */
#pragma once

enum { EXIT_USAGE = 2, EXIT_ADDRESS_TAKEN = 7 };
