#include "temporary_directory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void temporary_directory_make(char *path)
{
    snprintf(path, TEMPORARY_PATH_BYTES, "/tmp/power-meter-test-XXXXXX");
    if (!mkdtemp(path)) {
        perror(path);
        abort();
    }
}

void temporary_directory_write(const char *path, const char *name, const char *text, char *file)
{
    snprintf(file, TEMPORARY_PATH_BYTES, "%.200s/%.50s", path, name);
    FILE *stream = fopen(file, "w");
    if (!stream || fputs(text, stream) < 0 || fclose(stream) != 0) {
        perror(file);
        abort();
    }
}

void temporary_directory_remove(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char file[2 * TEMPORARY_PATH_BYTES];
        snprintf(file, sizeof(file), "%.200s/%.255s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlink(file);
        }
    }
    if (directory) {
        closedir(directory);
    }
    rmdir(path);
}
