/* Reads the conformance cases as xtask writes them: fields `name SP length LF bytes LF`, an empty line after each case. */
#ifndef FRAMES_H
#define FRAMES_H

#include "harness.h"

#define MOST_FILES 64
#define MOST_FEEDS 128

/* One case. Its texts point into the file that was read; those that were not given are {NULL, 0}. */
struct frame {
    risk_str title, locality, at, known_at, lens, audience, log, answer, error;
    risk_file files[MOST_FILES], overlays[MOST_FILES];
    size_t files_len, overlays_len;
    risk_str feeds[MOST_FEEDS];
    size_t feeds_len;
};

/* The whole file, with a NUL behind it. */
static inline char *whole_file(const char *path, size_t *len) {
    char *text = NULL;
    long size = -1;
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        text = malloc((size_t)size + 1);
    }
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "RISK_FRAMES: expected a file that can be read, found %s\n", path == NULL ? "nothing" : path);
        exit(2);
    }
    fclose(file);
    text[size] = '\0';
    *len = (size_t)size;
    return text;
}

static inline void file_into(risk_file *files, size_t *count, risk_str name, risk_str text) {
    if (*count == MOST_FILES) {
        fprintf(stderr, "more than %d files of a policy\n", MOST_FILES);
        exit(2);
    }
    files[*count].name = name;
    files[*count].text = text;
    *count += 1;
}

/* Puts a field where it belongs; 0 where there is no such field. */
static inline int field_into(struct frame *to, risk_str name, risk_str value) {
    static const char policy[] = "policy.", overlay[] = "overlay.";
    const struct {
        const char *name;
        risk_str *place;
    } places[] = {{"title", &to->title},       {"locality", &to->locality}, {"at", &to->at},
                  {"known_at", &to->known_at}, {"lens", &to->lens},         {"audience", &to->audience},
                  {"log", &to->log},           {"answer", &to->answer},     {"error", &to->error}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strlen(places[i].name) == name.len && memcmp(places[i].name, name.data, name.len) == 0) {
            *places[i].place = value;
            return 1;
        }
    }
    if (name.len == 5 && memcmp(name.data, "feeds", 5) == 0 && to->feeds_len < MOST_FEEDS) {
        to->feeds[to->feeds_len++] = value;
        return 1;
    }
    if (name.len > strlen(policy) && memcmp(name.data, policy, strlen(policy)) == 0) {
        name.data += strlen(policy);
        name.len -= strlen(policy);
        file_into(to->files, &to->files_len, name, value);
        return 1;
    }
    if (name.len > strlen(overlay) && memcmp(name.data, overlay, strlen(overlay)) == 0) {
        name.data += strlen(overlay);
        name.len -= strlen(overlay);
        file_into(to->overlays, &to->overlays_len, name, value);
        return 1;
    }
    return 0;
}

/* Reads the case at `*at` and goes behind it; 0 at the end. */
static inline int next_frame(const char **at, const char *end, struct frame *to) {
    memset(to, 0, sizeof *to);
    if (*at == end) {
        return 0;
    }
    while (*at < end && **at != '\n') {
        const char *space = memchr(*at, ' ', (size_t)(end - *at));
        char *length_end = NULL;
        size_t length = space == NULL ? 0 : strtoul(space + 1, &length_end, 10);
        risk_str name, value;
        if (length_end == NULL || *length_end != '\n' || length >= (size_t)(end - length_end)) {
            fprintf(stderr, "RISK_FRAMES: expected `name length`, found something else\n");
            exit(2);
        }
        name.data = *at;
        name.len = (size_t)(space - *at);
        value.data = length_end + 1;
        value.len = length;
        if (!field_into(to, name, value)) {
            fprintf(stderr, "RISK_FRAMES: expected a field that is known, found %.*s\n", (int)name.len, name.data);
            exit(2);
        }
        *at = value.data + length + 1;
    }
    *at += 1;
    return 1;
}

/* The question of a case. */
static inline risk_question question_of(const struct frame *of) {
    risk_question asked_for;
    memset(&asked_for, 0, sizeof asked_for);
    asked_for.size = (uint32_t)sizeof asked_for;
    asked_for.at_text = of->at;
    asked_for.known_at_text = of->known_at;
    asked_for.lens = of->lens;
    asked_for.audience = of->audience;
    asked_for.feeds = of->feeds_len == 0 ? NULL : of->feeds;
    asked_for.feeds_len = of->feeds_len;
    return asked_for;
}

/* Whether a case is asked under the policy that the library has inside, with nothing local. */
static inline int is_embedded(const struct frame *of) {
    return of->files_len == 0 && of->overlays_len == 0 && of->locality.len == 0;
}

/* The policy of a case. */
static inline risk_policy *policy_of_frame(const struct frame *of) {
    risk_policy *loaded = NULL;
    risk_policy_options given;
    memset(&given, 0, sizeof given);
    given.size = (uint32_t)sizeof given;
    given.files = of->files_len == 0 ? NULL : of->files;
    given.files_len = of->files_len;
    given.overlays = of->overlays_len == 0 ? NULL : of->overlays;
    given.overlays_len = of->overlays_len;
    given.locality = of->locality;
    STATUS(RISK_OK, risk_policy_load(&given, &loaded));
    return loaded;
}

#endif
