/** @file A directory of its own for a test, removed with what is in it. */
#pragma once

#include <stddef.h>

#define TEMPORARY_PATH_BYTES 256

/** Makes the directory. @param path  TEMPORARY_PATH_BYTES */
void temporary_directory_make(char *path);

/** Writes a file in it; `file` gets its path. */
void temporary_directory_write(const char *path, const char *name, const char *text, char *file);

void temporary_directory_remove(const char *path);
