/** @file Runs a fuzzer once on every file of the folders given, without libFuzzer: its corpus as a test. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "fuzz_target.h"

#define MAX_INPUT_BYTES (1 << 20)

static void fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail(path);
    }
    uint8_t *read_bytes = malloc(MAX_INPUT_BYTES);
    size_t length = read_bytes ? fread(read_bytes, 1, MAX_INPUT_BYTES, file) : 0;
    /* A block of just this length: a sanitizer sees one byte read too many. */
    uint8_t *data = malloc(length + (length == 0));
    if (!read_bytes || !data || ferror(file)) {
        fail(path);
    }
    memcpy(data, read_bytes, length);
    fclose(file);
    free(read_bytes);
    LLVMFuzzerTestOneInput(data, length);
    free(data);
}

static unsigned run_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    if (!entries) {
        fail(folder);
    }
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        run_file(path);
        count++;
    }
    closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        count += run_folder(argv[i]);
    }
    printf("%u inputs\n", count);
    return count > 0 ? 0 : 1;
}
