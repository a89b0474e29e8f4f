/* A folder of the test's own, and stores in it. To be included first: it asks for what POSIX has beyond C. */
#ifndef PLACES_H
#define PLACES_H

#define _XOPEN_SOURCE 700

#include <dirent.h>
#include <unistd.h>

#include "frames.h"

static char folder[] = "/tmp/risk-store.XXXXXX";

static inline void make_folder(void) {
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(2);
    }
}

static inline void remove_folder(void) {
    DIR *all = opendir(folder);
    struct dirent *one;
    while (all != NULL && (one = readdir(all)) != NULL) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        if (one->d_name[0] != '.') {
            unlink(path);
        }
    }
    closedir(all);
    rmdir(folder);
}

/* Options for the store of that name in the folder; the place lives until the next call on this thread. */
static inline risk_store_options options_for(const char *name, uint32_t make) {
    static __thread char place[512];
    risk_store_options options;
    memset(&options, 0, sizeof options);
    snprintf(place, sizeof place, "%s/%s", folder, name);
    options.size = (uint32_t)sizeof options;
    options.make = make;
    options.place = str(place);
    return options;
}

static inline risk_store *store_of(const char *name) {
    const risk_store_options options = options_for(name, 1);
    risk_store *store = NULL;
    STATUS(RISK_OK, risk_store_open(&options, &store));
    return store;
}

static inline risk_reader reader_of(const char *id) {
    risk_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.size = (uint32_t)sizeof reader;
    reader.id = str(id);
    return reader;
}

#define BY "night-feed", strlen("night-feed")
#define OF(text) (text), strlen(text)

#endif
