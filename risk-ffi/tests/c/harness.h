/* What the C tests share: a check says what it checked and where; a test is a function whose name is a sentence. */
#ifndef HARNESS_H
#define HARNESS_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "risk.h"

/* Output parameters begin as this, so that one sees whether a call that failed wrote to them. */
#define UNTOUCHED ((void *)(uintptr_t)0x5a5a5a5a)

static int failures = 0;
static pthread_mutex_t failures_lock = PTHREAD_MUTEX_INITIALIZER;

static void complain(const char *file, int line, const char *checked, const char *found) {
    pthread_mutex_lock(&failures_lock);
    failures += 1;
    fprintf(stderr, "%s:%d: expected %s%s%s\n", file, line, checked, found == NULL ? "" : "; found ",
            found == NULL ? "" : found);
    pthread_mutex_unlock(&failures_lock);
}

/* Something holds. */
#define CHECK(what) ((what) ? (void)0 : complain(__FILE__, __LINE__, #what, NULL))

/* A call ends with a status. */
#define STATUS(expected, call) check_status(__FILE__, __LINE__, #call " to give " #expected, (expected), (call))

static inline void check_status(const char *file, int line, const char *checked, risk_status expected, risk_status found) {
    char told[512];
    if (found == expected) {
        return;
    }
    snprintf(told, sizeof told, "%s (%s)", risk_status_name(found), found == RISK_OK ? "" : risk_last_error_message());
    complain(file, line, checked, told);
}

/* A text has another in it. */
#define HAS(text, part) check_has(__FILE__, __LINE__, #text " to hold " #part, (text), (part))

static inline void check_has(const char *file, int line, const char *checked, const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        complain(file, line, checked, text);
    }
}

/* The last error of this thread says so, in words and in JSON. */
#define MESSAGE(part) HAS(risk_last_error_message(), part)
#define JSON(part) HAS(risk_last_error_json(), part)

/* What stands in a buffer has a part; the buffer is freed. */
#define GAVE(buffer, part) check_gave(__FILE__, __LINE__, #buffer " to hold " #part, &(buffer), (part))

static inline void check_gave(const char *file, int line, const char *checked, risk_buf *buffer, const char *part) {
    if (buffer->data == NULL) {
        complain(file, line, checked, "nothing at all");
        return;
    }
    if (buffer->data[buffer->len] != '\0' || strlen(buffer->data) != buffer->len) {
        complain(file, line, checked, "a buffer without its NUL");
    }
    check_has(file, line, checked, buffer->data, part);
    risk_buf_free(buffer);
}

/* Runs a test and says its name. */
#define RUN(test) (printf("   %s\n", #test), fflush(stdout), test())

static inline int verdict(const char *program) {
    if (failures != 0) {
        fprintf(stderr, "%s: %d checks failed\n", program, failures);
        return 1;
    }
    return 0;
}

/* A number of the environment, for a run that must be short. */
static inline long asked(const char *name, long otherwise) {
    const char *given = getenv(name);
    return given == NULL ? otherwise : strtol(given, NULL, 10);
}

/* -- An invented case -- */

#define CASE_ID "10000000-0000-4000-8000-000000000000"
#define EVENT_ID(number) "10000000-0000-4000-8000-0000000000" number
#define RECORD_OF(case_id, number, at, kind, data)                                                                     \
    "{\"event_id\":\"" EVENT_ID(number) "\",\"case_id\":\"" case_id "\",\"occurred_at\":\"" at                         \
    "\",\"recorded_at\":\"" at "\",\"source\":{\"agency\":\"probation\"},\"kind\":\"" kind "\",\"data\":{" data "}}\n"
#define RECORD(number, at, kind, data) RECORD_OF(CASE_ID, number, at, kind, data)

#define STARTED                                                                                                        \
    RECORD("01", "2018-01-08T10:00:00Z", "supervision_started",                                                        \
           "\"sentence_id\":\"s1\",\"sentence_type\":\"community_order\",\"index_offence\":\"assault\","               \
           "\"index_offence_is_domestic_abuse\":\"yes\",\"sex\":\"male\"")
#define PARTNER                                                                                                        \
    RECORD("02", "2018-01-08T11:00:00Z", "person_identified",                                                          \
           "\"person\":\"p1\",\"group\":\"known_adult\",\"relation\":\"partner\",\"victim\":\"yes\","                  \
           "\"in_household\":\"yes\"")
#define CALL_OUT                                                                                                       \
    RECORD("03", "2018-02-03T23:10:00Z", "police_call_out",                                                            \
           "\"persons\":[\"p1\"],\"children_present\":\"unknown\",\"outcome\":\"no_further_action\"")

static inline risk_str str(const char *text) {
    risk_str given;
    given.data = text;
    given.len = strlen(text);
    return given;
}

/* The question as of a day, for an audience. */
static inline risk_question question(const char *at, const char *audience) {
    risk_question asked_for;
    memset(&asked_for, 0, sizeof asked_for);
    asked_for.size = (uint32_t)sizeof asked_for;
    asked_for.at_text = str(at);
    asked_for.audience = str(audience);
    return asked_for;
}

static inline risk_case *case_of(const char *records) {
    risk_case *made = NULL;
    STATUS(RISK_OK, risk_case_read(records, strlen(records), &made));
    return made;
}

static inline risk_policy *embedded(void) {
    risk_policy *loaded = NULL;
    STATUS(RISK_OK, risk_policy_load(NULL, &loaded));
    return loaded;
}

static inline uint64_t length_of(const risk_case *held) {
    uint64_t length = UINT64_MAX;
    STATUS(RISK_OK, risk_case_length(held, &length));
    return length;
}

#endif
