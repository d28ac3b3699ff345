/** @file What --help prints. */
#pragma once

extern const char g_options_help[];
