/* A store: what is appended is kept, read by name, followed without a gap, and refused where it must be.
   RISK_FRAMES: cases to ask about. RISK_ROUNDS: how many of them, and how often each thread appends (25). */
#include "places.h"

#include <fcntl.h>
#include <time.h>

#define OTHER_ID "20000000-0000-4000-8000-000000000000"
#define OF_OTHER RECORD_OF(OTHER_ID, "09", "2018-02-03T23:10:00Z", "police_call_out", "\"outcome\":\"no_further_action\"")
#define SECRET "what nobody else may read"
#define TOLD                                                                                                           \
    "{\"event_id\":\"" EVENT_ID("04") "\",\"case_id\":\"" CASE_ID "\",\"occurred_at\":\"2018-02-04T10:00:00Z\","      \
    "\"recorded_at\":\"2018-02-04T10:00:00Z\",\"source\":{\"agency\":\"probation\"},"                                 \
    "\"kind\":\"appointment_attended\",\"data\":{},\"note\":\"" SECRET "\"}\n"
#define ERASURE                                                                                                        \
    RECORD("05", "2018-02-05T10:00:00Z", "payload_erased",                                                             \
           "\"event_id\":\"" EVENT_ID("04") "\",\"reason\":\"wrong_person\",\"by\":\"staff-1\"")
#define ERASURE_OF_NONE                                                                                                \
    RECORD("06", "2018-02-05T10:00:00Z", "payload_erased",                                                             \
           "\"event_id\":\"" EVENT_ID("77") "\",\"reason\":\"wrong_person\",\"by\":\"staff-1\"")
#define MISTYPED RECORD("08", "2018-02-03T23:10:00Z", "police_callout", "")
#define OTHERWISE RECORD("01", "2018-02-03T23:10:00Z", "police_call_out", "")

static risk_policy *policy;

static void what_is_appended_is_kept_and_the_same_again_changes_nothing(void) {
    risk_store *store = store_of("kept");
    risk_stored stored = {9, 9};
    risk_case *held = NULL;
    const uint64_t none = 0;
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED PARTNER), &none, &stored));
    CHECK(stored.added == 2 && stored.position == 2);
    STATUS(RISK_OK, risk_store_append(store, BY, OF(PARTNER CALL_OUT), NULL, &stored));
    CHECK(stored.added == 1 && stored.position == 3);
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), &none, &stored));
    CHECK(stored.added == 0 && stored.position == 1);
    risk_store_free(store);
    store = store_of("kept");
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    CHECK(length_of(held) == 3);
    risk_store_free(store);
    CHECK(length_of(held) == 3);
    risk_case_free(held);
}

static void records_of_several_cases_are_taken_all_or_none(void) {
    risk_store *store = store_of("several");
    risk_stored stored = {9, 9};
    risk_case *held = UNTOUCHED;
    risk_buf out = {0};
    const uint64_t none = 0;
    STATUS(RISK_BAD_RECORD, risk_store_append(store, BY, OF(STARTED OF_OTHER MISTYPED), NULL, &stored));
    JSON("\"line\":3");
    STATUS(RISK_MISMATCH, risk_store_append(store, BY, OF(STARTED OF_OTHER), &none, &stored));
    STATUS(RISK_NOT_FOUND, risk_store_case(store, BY, OF(CASE_ID), &held));
    CHECK(held == UNTOUCHED && stored.added == 9);
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED PARTNER OF_OTHER), NULL, &stored));
    CHECK(stored.added == 3 && stored.position == 1);
    STATUS(RISK_OK, risk_store_verify(store, NULL, 0, &out));
    GAVE(out, "{\"intact\":true,\"cases\":2,\"records\":3,");
    risk_store_free(store);
}

static void an_append_that_is_refused_says_why_and_changes_nothing(void) {
    risk_store *store = store_of("refused");
    risk_stored stored = {9, 9};
    risk_buf out = {0};
    const uint64_t seven = 7;
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), NULL, NULL));
    STATUS(RISK_POSITION_CONFLICT, risk_store_append(store, BY, OF(PARTNER), &seven, &stored));
    JSON("\"case_id\":\"" CASE_ID "\",\"expected\":\"7\",\"found\":\"1\"");
    STATUS(RISK_EVENT_CONFLICT, risk_store_append(store, BY, OF(OTHERWISE), NULL, &stored));
    JSON("\"position\":1");
    STATUS(RISK_BAD_RECORD, risk_store_append(store, BY, OF("{}"), NULL, &stored));
    STATUS(RISK_BAD_RECORD, risk_store_append(store, BY, OF(""), NULL, &stored));
    STATUS(RISK_BAD_WORD, risk_store_append(store, OF("night feed"), OF(PARTNER), NULL, &stored));
    MESSAGE("`operator`");
    CHECK(stored.added == 9 && stored.position == 9);
    STATUS(RISK_OK, risk_store_last_error_json(store, &out));
    GAVE(out, "\"field\":\"operator\"");
    STATUS(RISK_OK, risk_store_last_error_message(store, &out));
    GAVE(out, "1 to 64 letters");
    risk_store_free(store);
}

static void a_store_that_is_none_is_not_opened(void) {
    risk_store *store = UNTOUCHED;
    risk_store_options options = options_for("none", 0);
    char path[512];
    FILE *file;
    STATUS(RISK_STORE_MISSING, risk_store_open(&options, &store));
    JSON("\"name\":\"RISK_STORE_MISSING\"");
    options = options_for("other", 1);
    snprintf(path, sizeof path, "%s/other", folder);
    file = fopen(path, "w");
    CHECK(file != NULL && fputs("a text of somebody's", file) >= 0 && fclose(file) == 0);
    STATUS(RISK_BAD_STORE, risk_store_open(&options, &store));
    options.place = str("postgres://somebody:" SECRET "@:::/");
    STATUS(RISK_BAD_WORD, risk_store_open(&options, &store));
    CHECK(strstr(risk_last_error_json(), SECRET) == NULL);
    options.place = str("postgres://somebody@127.0.0.1:9/nowhere?sslmod=require");
    STATUS(RISK_BAD_WORD, risk_store_open(&options, &store));
    MESSAGE("the parameter `sslmod`");
    options.place = str("postgres://somebody:" "hunter2" "@127.0.0.1:9/nowhere?sslmode=require");
    options.patience_ms = 1;
    STATUS(RISK_STORE_UNREACHABLE, risk_store_open(&options, &store));
    MESSAGE("127.0.0.1:9: connection refused");
    CHECK(strstr(risk_last_error_json(), "hunter2") == NULL);
    options = options_for("none", 2);
    STATUS(RISK_BAD_WORD, risk_store_open(&options, &store));
    options = options_for("none", 0);
    options.size = 8;
    STATUS(RISK_BAD_SIZE, risk_store_open(&options, &store));
    memset(&options, 0, sizeof options);
    options.size = (uint32_t)sizeof options;
    STATUS(RISK_NULL_POINTER, risk_store_open(&options, &store));
    MESSAGE("`options.place`");
    STATUS(RISK_NULL_POINTER, risk_store_open(NULL, &store));
    options = options_for("none", 1);
    STATUS(RISK_NULL_POINTER, risk_store_open(&options, NULL));
    CHECK(store == UNTOUCHED);
}

static void a_store_in_use_says_so_once_the_patience_is_over(void) {
    risk_store *store = store_of("busy"), *other = NULL;
    risk_store_options options = options_for("busy", 0);
    char path[512];
    struct flock held;
    int file, ready[2], over[2];
    char byte = 0;
    pid_t child;
    /* Another process holds SQLite's reserved lock on the log of writes, as a writer does. */
    snprintf(path, sizeof path, "%s/busy-shm", folder);
    options.patience_ms = 50;
    STATUS(RISK_OK, risk_store_open(&options, &other));
    STATUS(RISK_OK, risk_store_append(other, BY, OF(STARTED), NULL, NULL));
    CHECK(pipe(ready) == 0 && pipe(over) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        file = open(path, O_RDWR);
        memset(&held, 0, sizeof held);
        held.l_type = F_WRLCK;
        held.l_whence = SEEK_SET;
        held.l_start = 120;
        held.l_len = 1;
        byte = file >= 0 && fcntl(file, F_SETLK, &held) == 0 ? 'y' : 'n';
        _exit(write(ready[1], &byte, 1) == 1 && read(over[0], &byte, 1) == 1 ? 0 : 1);
    }
    CHECK(read(ready[0], &byte, 1) == 1 && byte == 'y');
    STATUS(RISK_STORE_BUSY, risk_store_append(other, BY, OF(PARTNER), NULL, NULL));
    CHECK(write(over[1], &byte, 1) == 1);
    STATUS(RISK_OK, risk_store_append(store, BY, OF(PARTNER), NULL, NULL));
    risk_store_free(other);
    risk_store_free(store);
}

/* The answer of the log's own function and of the store's, which must be the same bytes. */
static void answers_are_those_of_the_log(const struct frame *of) {
    const risk_question asked_for = question_of(of);
    const risk_reader reader = reader_of("N07A001");
    risk_store *store = store_of("answers");
    risk_case *plain = NULL, *held = NULL;
    risk_assessment *one = NULL, *other = NULL;
    risk_buf id = {0}, from_store = {0}, from_log = {0};
    char *head;
    STATUS(RISK_OK, risk_case_read(of->log.data, of->log.len, &plain));
    STATUS(RISK_OK, risk_case_id(plain, &id));
    STATUS(RISK_OK, risk_store_append(store, BY, of->log.data, of->log.len, NULL, NULL));
    STATUS(RISK_OK, risk_store_assess(store, policy, &reader, id.data, id.len, &asked_for, &one));
    STATUS(RISK_OK, risk_store_case(store, BY, id.data, id.len, &held));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &other));
    risk_store_free(store);
    STATUS(RISK_OK, risk_assessment_json(one, &from_store));
    STATUS(RISK_OK, risk_assessment_json(other, &from_log));
    CHECK(from_store.len == from_log.len && memcmp(from_store.data, from_log.data, from_log.len) == 0);
    /* But for the head of the chain, which a plain log has not, it is the answer of the reference. */
    head = strstr(from_store.data, "\"head\":\"");
    if (head != NULL) {
        char *text = calloc(from_store.len + 1, 1);
        const size_t before = (size_t)(head - from_store.data);
        snprintf(text, from_store.len + 1, "%.*s\"head\":null%s", (int)before, from_store.data,
                 head + strlen("\"head\":\"") + 65);
        CHECK(strlen(text) == of->answer.len && memcmp(text, of->answer.data, of->answer.len) == 0);
        free(text);
    } else {
        CHECK(from_store.len == of->answer.len && memcmp(from_store.data, of->answer.data, of->answer.len) == 0);
    }
    risk_buf_free(&id);
    risk_buf_free(&from_store);
    risk_buf_free(&from_log);
    risk_assessment_free(one);
    risk_assessment_free(other);
    risk_case_free(plain);
    risk_case_free(held);
}

static int is_plain(const struct frame *of) {
    risk_case *held = NULL;
    risk_buf head = {0};
    int plain = risk_case_read(of->log.data, of->log.len, &held) == RISK_OK && risk_case_head(held, &head) == RISK_OK &&
                head.len == 0;
    risk_buf_free(&head);
    risk_case_free(held);
    return plain;
}

/* Whether nothing in the log is dated in the future, as a store refuses such a record. */
static int is_of_the_past(const struct frame *of) {
    static const char member[] = "\"recorded_at\":\"";
    const size_t len = sizeof member - 1;
    const time_t clock = time(NULL);
    char now[32];
    size_t at;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", gmtime(&clock));
    for (at = 0; at + len + strlen(now) <= of->log.len; at += 1) {
        if (memcmp(of->log.data + at, member, len) == 0 && strncmp(of->log.data + at + len, now, strlen(now)) > 0) {
            return 0;
        }
    }
    return 1;
}

static void an_answer_through_a_store_is_that_of_its_log_byte_for_byte(void) {
    size_t len = 0;
    char *text = whole_file(getenv("RISK_FRAMES"), &len), name[512];
    const char *at = text;
    struct frame of;
    long compared = 0;
    while (compared < asked("RISK_ROUNDS", 25) && next_frame(&at, text + len, &of)) {
        /* Under the policy that is built in; and plain, as the store seals what it takes itself. */
        if (!is_embedded(&of) || of.answer.data == NULL || !is_plain(&of) ||
            !is_of_the_past(&of)) {
            continue;
        }
        answers_are_those_of_the_log(&of);
        snprintf(name, sizeof name, "%s/answers", folder);
        unlink(name);
        compared += 1;
    }
    printf("      %ld cases\n", compared);
    CHECK(compared > 0);
    free(text);
}

static void changes_are_followed_without_a_gap(void) {
    risk_store *store = store_of("followed");
    risk_buf lines = {0}, kept = {0};
    risk_case *held = NULL;
    uint64_t place;
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED OF_OTHER), NULL, NULL));
    STATUS(RISK_OK, risk_store_append(store, BY, OF(PARTNER), NULL, NULL));
    STATUS(RISK_OK, risk_store_changes(store, BY, 0, 2, &lines));
    HAS(lines.data, "\"case_id\":\"" CASE_ID "\",\"position\":1,\"record\":{");
    HAS(lines.data, "\"case_id\":\"" OTHER_ID "\",\"position\":1,\"record\":{");
    CHECK(strstr(lines.data, EVENT_ID("02")) == NULL);
    place = strtoull(strstr(strchr(lines.data, '\n'), "\"place\":") + strlen("\"place\":"), NULL, 10);
    risk_buf_free(&lines);
    STATUS(RISK_OK, risk_store_changes(store, BY, place, 1000, &lines));
    HAS(lines.data, "\"position\":2");
    CHECK(strchr(lines.data, '\n') == lines.data + lines.len - 1);
    /* The record is the line of the log, byte for byte. */
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    STATUS(RISK_OK, risk_case_records(held, 1, &kept));
    CHECK(memcmp(strstr(lines.data, "\"record\":") + strlen("\"record\":"), kept.data, kept.len - 1) == 0);
    risk_buf_free(&kept);
    place = strtoull(strstr(lines.data, "\"place\":") + strlen("\"place\":"), NULL, 10);
    risk_buf_free(&lines);
    STATUS(RISK_OK, risk_store_changes(store, BY, place, 1000, &lines));
    CHECK(lines.len == 0);
    risk_buf_free(&lines);
    risk_case_free(held);
    risk_store_free(store);
}

static void a_reader_who_is_excluded_is_refused_and_that_is_written_down(void) {
    risk_store *store = store_of("excluded");
    const risk_question asked_for = question("2018-02-05", "responsible_officer");
    risk_reader reader = reader_of("N07A001");
    risk_assessment *answer = UNTOUCHED;
    risk_buf out = {0};
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), NULL, NULL));
    STATUS(RISK_OK, risk_store_exclude(store, BY, OF(CASE_ID), OF("N07A001")));
    reader.purpose = str("supervision");
    STATUS(RISK_EXCLUDED, risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    JSON("\"case_id\":\"" CASE_ID "\"");
    STATUS(RISK_NOT_FOUND, risk_store_assess(store, policy, &reader, OF(OTHER_ID), &asked_for, &answer));
    CHECK(answer == UNTOUCHED);
    STATUS(RISK_OK, risk_store_journal(store, OF(CASE_ID), &out));
    HAS(out.data, "\"by\":\"N07A001\",\"audience\":\"responsible_officer\",\"purpose\":\"supervision\"");
    GAVE(out, "\"refused\":true");
    STATUS(RISK_OK, risk_store_admit(store, BY, OF(CASE_ID), OF("N07A001")));
    STATUS(RISK_OK, risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    risk_assessment_free(answer);
    answer = UNTOUCHED;
    STATUS(RISK_NOT_FOUND, risk_store_admit(store, BY, OF(CASE_ID), OF("N07A001")));
    reader.id = str("");
    STATUS(RISK_BAD_WORD, risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    STATUS(RISK_BAD_WORD, risk_store_assess(store, policy, &reader, OF("case 1"), &asked_for, &answer));
    reader.size = 2;
    STATUS(RISK_BAD_SIZE, risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    CHECK(answer == UNTOUCHED);
    risk_store_free(store);
}

static void a_case_is_found_by_what_the_host_calls_it_and_two_may_be_of_one_person(void) {
    risk_store *store = store_of("called");
    risk_buf out = {0};
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED OF_OTHER), NULL, NULL));
    STATUS(RISK_OK, risk_store_identify(store, BY, OF(CASE_ID), OF("crn"), OF("X320741")));
    STATUS(RISK_TAKEN, risk_store_identify(store, BY, OF(OTHER_ID), OF("crn"), OF("X320741")));
    JSON("\"case_id\":\"" CASE_ID "\",\"field\":\"crn\"");
    STATUS(RISK_OK, risk_store_find(store, OF("crn"), OF("X320741"), &out));
    GAVE(out, "[\"" CASE_ID "\"]");
    STATUS(RISK_OK, risk_store_merge(store, BY, OF(OTHER_ID), OF(CASE_ID)));
    STATUS(RISK_OK, risk_store_facts(store, OF(OTHER_ID), &out));
    GAVE(out, "\"merged_into\":\"" CASE_ID "\"");
    STATUS(RISK_OK, risk_store_unmerge(store, BY, OF(OTHER_ID), OF(CASE_ID)));
    STATUS(RISK_BAD_WORD, risk_store_unmerge(store, BY, OF(OTHER_ID), OF(CASE_ID)));
    STATUS(RISK_OK, risk_store_identify(store, BY, OF(CASE_ID), OF("crn"), NULL, 0));
    STATUS(RISK_OK, risk_store_find(store, OF("crn"), OF("X320741"), &out));
    GAVE(out, "[]");
    STATUS(RISK_NOT_FOUND, risk_store_identify(store, BY, OF(CASE_ID), OF("crn"), NULL, 0));
    STATUS(RISK_OK, risk_store_journal(store, NULL, 0, &out));
    risk_buf_free(&out);
    risk_store_free(store);
}

static int file_has(const char *name, const char *word) {
    char path[512];
    size_t len = 0, of_word = strlen(word);
    char *bytes;
    int found = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (access(path, F_OK) != 0) {
        return 0;
    }
    bytes = whole_file(path, &len);
    for (size_t i = 0; i + of_word <= len && !found; i++) {
        found = memcmp(bytes + i, word, of_word) == 0;
    }
    free(bytes);
    return found;
}

static void a_person_who_is_erased_is_in_no_file_under_no_name_and_takes_nothing_more(void) {
    static const char order[] = "{\"case_id\":\"" OTHER_ID "\",\"by\":\"manager-7\"}";
    static const uint8_t secret[32] = {7};
    static const char *const files[] = {"person", "person-wal", "person-journal"};
    risk_store *store = store_of("person");
    risk_buf out = {0};
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED TOLD OF_OTHER), NULL, NULL));
    STATUS(RISK_OK, risk_store_identify(store, BY, OF(CASE_ID), OF("crn"), OF("X320741")));
    STATUS(RISK_OK, risk_store_merge(store, BY, OF(OTHER_ID), OF(CASE_ID)));
    CHECK(file_has("person", SECRET) || file_has("person-wal", SECRET));
    CHECK(file_has("person", "X320741") || file_has("person-wal", "X320741"));
    STATUS(RISK_BAD_WORD, risk_store_erase_person(store, BY, OF("{}"), NULL, 0, &out));
    MESSAGE("`order`");
    STATUS(RISK_BAD_WORD, risk_store_erase_person(store, BY, OF("{\"case_id\":\"" CASE_ID "\",\"by\":\"two words\"}"),
                                                  NULL, 0, &out));
    STATUS(RISK_BAD_WORD,
           risk_store_erase_person(
               store, BY, OF("{\"case_id\":\"" CASE_ID "\",\"by\":\"m\",\"reason\":\"because\"}"), NULL, 0, &out));
    MESSAGE("legal_erasure");
    STATUS(RISK_BAD_SIZE, risk_store_erase_person(store, BY, OF(order), secret, 31, &out));
    CHECK(file_has("person", SECRET) || file_has("person-wal", SECRET));
    STATUS(RISK_OK, risk_store_erase_person(store, BY, OF(order), secret, sizeof secret, &out));
    HAS(out.data, "\"cases\":[\"" CASE_ID "\",\"" OTHER_ID "\"],\"records\":3,\"misplaced\":0,\"evidence\":0");
    GAVE(out, "\"identifiers\":1,\"remains\":[],\"parted\":[],\"scrubbed\":true}");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        CHECK(!file_has(files[i], SECRET) && !file_has(files[i], "X320741"));
    }
    STATUS(RISK_OK, risk_store_find(store, OF("crn"), OF("X320741"), &out));
    GAVE(out, "[]");
    CHECK(risk_store_append(store, BY, OF(CALL_OUT), NULL, NULL) != RISK_OK);
    STATUS(RISK_OK, risk_store_erase_person(store, BY, OF(order), NULL, 0, &out));
    GAVE(out, "\"records\":0,");
    STATUS(RISK_OK, risk_store_verify(store, NULL, 0, &out));
    GAVE(out, "\"intact\":true");
    risk_store_free(store);
}

static void an_answer_from_a_store_is_cancelled_before_anything_is_read(void) {
    risk_store *store = store_of("cancelled");
    const risk_reader reader = reader_of("N07A001");
    risk_question asked_for = question("2018-02-05", "manager");
    risk_assessment *answer = UNTOUCHED;
    risk_cancel *stop = NULL;
    risk_buf out = {0};
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED PARTNER CALL_OUT), NULL, NULL));
    STATUS(RISK_OK, risk_cancel_new(&stop));
    STATUS(RISK_OK, risk_cancel_request(stop));
    asked_for.cancel = stop;
    STATUS(RISK_CANCELLED, risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    CHECK(answer == UNTOUCHED);
    STATUS(RISK_OK, risk_store_journal(store, OF(CASE_ID), &out));
    CHECK(strstr(out.data, "N07A001") == NULL);
    risk_buf_free(&out);
    risk_cancel_free(stop);
    risk_store_free(store);
}

static void every_call_with_a_handle_that_is_cancelled_ends_and_changes_nothing(void) {
    risk_store *store = store_of("with_cancel");
    risk_store *view = NULL;
    risk_cancel *stop = NULL;
    risk_stored stored;
    risk_buf out = {0};
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), NULL, NULL));
    STATUS(RISK_OK, risk_cancel_new(&stop));
    STATUS(RISK_OK, risk_store_with_cancel(store, stop, &view));
    STATUS(RISK_OK, risk_store_verify(view, NULL, 0, &out));
    GAVE(out, "\"intact\":true");
    STATUS(RISK_OK, risk_cancel_request(stop));
    /* The handle of the request may go: what it asks for stays asked for. */
    risk_cancel_free(stop);
    STATUS(RISK_CANCELLED, risk_store_verify(view, NULL, 0, &out));
    HAS(risk_last_error_message(), "cancelled");
    STATUS(RISK_CANCELLED, risk_store_checkpoint(view, &out));
    STATUS(RISK_CANCELLED, risk_store_append(view, BY, OF(PARTNER), NULL, &stored));
    STATUS(RISK_CANCELLED, risk_store_changes(view, BY, 0, 10, &out));
    /* The other handle goes on, and is as it was. */
    STATUS(RISK_OK, risk_store_verify(store, NULL, 0, &out));
    GAVE(out, "\"records\":1,");
    risk_store_free(store);
    STATUS(RISK_CANCELLED, risk_store_verify(view, NULL, 0, &out));
    STATUS(RISK_NULL_POINTER, risk_store_with_cancel(view, NULL, &store));
    MESSAGE("cancel");
    STATUS(RISK_OK, risk_cancel_new(&stop));
    STATUS(RISK_NULL_POINTER, risk_store_with_cancel(view, stop, NULL));
    MESSAGE("out");
    risk_cancel_free(stop);
    STATUS(RISK_BAD_HANDLE, risk_store_with_cancel(view, (const risk_cancel *)view, &store));
    risk_store_free(view);
}

static void what_is_erased_is_gone_from_the_file_and_the_chain_goes_on_from_the_checkpoint(void) {
    risk_store *store = store_of("erased");
    risk_buf checkpoint = {0}, out = {0};
    char *forged;
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED TOLD), NULL, NULL));
    STATUS(RISK_OK, risk_store_checkpoint(store, &checkpoint));
    CHECK(file_has("erased", SECRET) || file_has("erased-wal", SECRET));
    STATUS(RISK_OK, risk_store_erase(store, BY, OF(ERASURE), &out));
    GAVE(out, "{\"position\":3,\"new\":true,\"scrubbed\":true}");
    CHECK(!file_has("erased", SECRET) && !file_has("erased-wal", SECRET));
    STATUS(RISK_OK, risk_store_erase(store, BY, OF(ERASURE), &out));
    GAVE(out, "\"new\":false");
    STATUS(RISK_NOT_FOUND, risk_store_restrict(store, BY, OF(ERASURE_OF_NONE), &out));
    STATUS(RISK_BAD_RECORD, risk_store_erase(store, BY, OF("{}"), &out));
    STATUS(RISK_OK, risk_store_verify(store, checkpoint.data, checkpoint.len, &out));
    GAVE(out, "\"intact\":true");
    forged = calloc(checkpoint.len + 1, 1);
    memcpy(forged, checkpoint.data, checkpoint.len);
    *strstr(forged, "\"records\":2") = ' ';
    STATUS(RISK_BAD_RECORD, risk_store_verify(store, forged, checkpoint.len, &out));
    free(forged);
    risk_buf_free(&checkpoint);
    risk_store_free(store);
}

/* The host's key of every case: a byte of the caller's, 32 times. */
static int32_t key_of(void *context, const char *case_id, uint8_t *key) {
    CHECK(strlen(case_id) == 36);
    if (*(const uint8_t *)context == 0) {
        return 0;
    }
    memset(key, *(const uint8_t *)context, 32);
    return 1;
}

static void payloads_are_encrypted_with_the_key_that_the_host_gives(void) {
    risk_store_options options = options_for("keys", 1);
    risk_store *store = NULL;
    risk_case *held = UNTOUCHED;
    uint8_t byte = 7;
    options.key = key_of;
    options.key_context = &byte;
    STATUS(RISK_OK, risk_store_open(&options, &store));
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED TOLD), NULL, NULL));
    risk_store_free(store);
    CHECK(!file_has("keys", SECRET) && !file_has("keys-wal", SECRET));
    options = options_for("keys", 0);
    STATUS(RISK_OK, risk_store_open(&options, &store));
    STATUS(RISK_NO_KEY, risk_store_case(store, BY, OF(CASE_ID), &held));
    risk_store_free(store);
    options.key = key_of;
    options.key_context = &byte;
    STATUS(RISK_OK, risk_store_open(&options, &store));
    byte = 8;
    STATUS(RISK_NO_KEY, risk_store_case(store, BY, OF(CASE_ID), &held));
    JSON("\"position\":1");
    byte = 0;
    STATUS(RISK_NO_KEY, risk_store_append(store, BY, OF(OF_OTHER), NULL, NULL));
    CHECK(held == UNTOUCHED);
    byte = 7;
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    risk_case_free(held);
    risk_store_free(store);
}

/* A key function that calls the store which asks it. */
struct calls_back {
    risk_store *store;
    risk_status found;
};

static int32_t key_by_calling_back(void *context, const char *case_id, uint8_t *key) {
    struct calls_back *calls = context;
    risk_case *held = UNTOUCHED;
    calls->found = risk_store_case(calls->store, BY, case_id, strlen(case_id), &held);
    CHECK(held == UNTOUCHED);
    memset(key, 7, 32);
    return 1;
}

static void a_key_function_that_calls_its_store_is_refused_and_does_not_hang(void) {
    risk_store_options options = options_for("calls-back", 1);
    struct calls_back calls = {NULL, RISK_OK};
    options.key = key_by_calling_back;
    options.key_context = &calls;
    STATUS(RISK_OK, risk_store_open(&options, &calls.store));
    STATUS(RISK_OK, risk_store_append(calls.store, BY, OF(STARTED), NULL, NULL));
    CHECK(calls.found == RISK_REENTRANT_CALL);
    MESSAGE("the key function called the store");
    calls.found = RISK_OK;
    {
        risk_case *held = NULL;
        risk_store *again = calls.store;
        STATUS(RISK_OK, risk_store_case(again, BY, OF(CASE_ID), &held));
        CHECK(length_of(held) == 1);
        risk_case_free(held);
    }
    risk_store_free(calls.store);
}

/* For one NULL at a time: the call is refused, and names the argument. */
#define NULL_REFUSED(name, call)                                                                                       \
    do {                                                                                                               \
        STATUS(RISK_NULL_POINTER, call);                                                                               \
        MESSAGE(name);                                                                                                 \
    } while (0)

static void a_null_where_something_must_be_given_is_refused_and_named(void) {
    risk_store *store = store_of("null");
    const risk_question asked_for = question("2018-02-05", "manager");
    const risk_reader reader = reader_of("N07A001");
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_case *held = UNTOUCHED;
    risk_assessment *answer = UNTOUCHED;
    NULL_REFUSED("store", risk_store_append(NULL, BY, OF(STARTED), NULL, NULL));
    NULL_REFUSED("operator", risk_store_append(store, NULL, 1, OF(STARTED), NULL, NULL));
    NULL_REFUSED("records", risk_store_append(store, BY, NULL, 1, NULL, NULL));
    NULL_REFUSED("store", risk_store_assess(NULL, policy, &reader, OF(CASE_ID), &asked_for, &answer));
    NULL_REFUSED("policy", risk_store_assess(store, NULL, &reader, OF(CASE_ID), &asked_for, &answer));
    NULL_REFUSED("reader", risk_store_assess(store, policy, NULL, OF(CASE_ID), &asked_for, &answer));
    NULL_REFUSED("case_id", risk_store_assess(store, policy, &reader, NULL, 36, &asked_for, &answer));
    NULL_REFUSED("question", risk_store_assess(store, policy, &reader, OF(CASE_ID), NULL, &answer));
    NULL_REFUSED("out", risk_store_assess(store, policy, &reader, OF(CASE_ID), &asked_for, NULL));
    NULL_REFUSED("store", risk_store_case(NULL, BY, OF(CASE_ID), &held));
    NULL_REFUSED("operator", risk_store_case(store, NULL, 1, OF(CASE_ID), &held));
    NULL_REFUSED("case_id", risk_store_case(store, BY, NULL, 0, &held));
    NULL_REFUSED("out", risk_store_case(store, BY, OF(CASE_ID), NULL));
    NULL_REFUSED("store", risk_store_changes(NULL, BY, 0, 1, &out));
    NULL_REFUSED("operator", risk_store_changes(store, NULL, 1, 0, 1, &out));
    NULL_REFUSED("out", risk_store_changes(store, BY, 0, 1, NULL));
    NULL_REFUSED("store", risk_store_identify(NULL, BY, OF(CASE_ID), OF("crn"), OF("X1")));
    NULL_REFUSED("scheme", risk_store_identify(store, BY, OF(CASE_ID), NULL, 3, OF("X1")));
    NULL_REFUSED("identifier", risk_store_identify(store, BY, OF(CASE_ID), OF("crn"), NULL, 2));
    NULL_REFUSED("identifier", risk_store_find(store, OF("crn"), NULL, 2, &out));
    NULL_REFUSED("out", risk_store_find(store, OF("crn"), OF("X1"), NULL));
    NULL_REFUSED("case_id", risk_store_facts(store, NULL, 36, &out));
    NULL_REFUSED("out", risk_store_facts(store, OF(CASE_ID), NULL));
    NULL_REFUSED("from", risk_store_merge(store, BY, NULL, 36, OF(CASE_ID)));
    NULL_REFUSED("into", risk_store_unmerge(store, BY, OF(CASE_ID), NULL, 36));
    NULL_REFUSED("reader", risk_store_exclude(store, BY, OF(CASE_ID), NULL, 7));
    NULL_REFUSED("reader", risk_store_admit(store, BY, OF(CASE_ID), NULL, 7));
    NULL_REFUSED("record", risk_store_erase(store, BY, NULL, 7, &out));
    NULL_REFUSED("out", risk_store_erase(store, BY, OF(ERASURE), NULL));
    NULL_REFUSED("order", risk_store_erase_person(store, BY, NULL, 7, NULL, 0, &out));
    NULL_REFUSED("secret", risk_store_erase_person(store, BY, OF("{}"), NULL, 7, &out));
    NULL_REFUSED("out", risk_store_erase_person(store, BY, OF("{}"), NULL, 0, NULL));
    NULL_REFUSED("record", risk_store_restrict(store, BY, NULL, 7, &out));
    NULL_REFUSED("case_id", risk_store_journal(store, NULL, 36, &out));
    NULL_REFUSED("out", risk_store_journal(store, NULL, 0, NULL));
    NULL_REFUSED("store", risk_store_checkpoint(NULL, &out));
    NULL_REFUSED("out", risk_store_checkpoint(store, NULL));
    NULL_REFUSED("checkpoint", risk_store_verify(store, NULL, 5, &out));
    NULL_REFUSED("out", risk_store_verify(store, NULL, 0, NULL));
    NULL_REFUSED("store", risk_store_last_error_message(NULL, &out));
    NULL_REFUSED("out", risk_store_last_error_json(store, NULL));
    CHECK(out.data == UNTOUCHED && out.len == 7 && held == UNTOUCHED && answer == UNTOUCHED);
    risk_store_free(NULL);
    risk_store_free(store);
}

static risk_store *shared;
static long rounds;

static void *appends(void *first) {
    for (long i = 0; i < rounds; i++) {
        char line[512];
        risk_stored stored = {0, 0};
        snprintf(line, sizeof line,
                 "{\"event_id\":\"40000000-0000-4000-8000-%012ld\",\"case_id\":\"" CASE_ID
                 "\",\"occurred_at\":\"2018-02-01T10:00:00Z\",\"recorded_at\":\"2018-02-01T10:00:00Z\","
                 "\"source\":{\"agency\":\"probation\"},\"kind\":\"appointment_attended\",\"data\":{}}",
                 *(long *)first + i);
        STATUS(RISK_OK, risk_store_append(shared, BY, line, strlen(line), NULL, &stored));
        CHECK(stored.added == 1);
    }
    return NULL;
}

static void two_threads_append_to_one_case_and_each_record_is_there_once(void) {
    pthread_t running[2];
    long first[2] = {1000, 2000};
    risk_buf lines = {0};
    uint64_t count = 0;
    rounds = asked("RISK_ROUNDS", 25);
    shared = store_of("shared");
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&running[i], NULL, appends, &first[i]) == 0);
    }
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_join(running[i], NULL) == 0);
    }
    STATUS(RISK_OK, risk_store_changes(shared, BY, 0, UINT32_MAX, &lines));
    for (size_t i = 0; i < lines.len; i++) {
        count += lines.data[i] == '\n';
    }
    CHECK(count == 2 * (uint64_t)rounds);
    risk_buf_free(&lines);
    risk_store_free(shared);
}

int main(void) {
    make_folder();
    policy = embedded();
    RUN(what_is_appended_is_kept_and_the_same_again_changes_nothing);
    RUN(records_of_several_cases_are_taken_all_or_none);
    RUN(an_append_that_is_refused_says_why_and_changes_nothing);
    RUN(a_store_that_is_none_is_not_opened);
    RUN(a_store_in_use_says_so_once_the_patience_is_over);
    RUN(an_answer_through_a_store_is_that_of_its_log_byte_for_byte);
    RUN(changes_are_followed_without_a_gap);
    RUN(a_reader_who_is_excluded_is_refused_and_that_is_written_down);
    RUN(a_case_is_found_by_what_the_host_calls_it_and_two_may_be_of_one_person);
    RUN(a_person_who_is_erased_is_in_no_file_under_no_name_and_takes_nothing_more);
    RUN(an_answer_from_a_store_is_cancelled_before_anything_is_read);
    RUN(every_call_with_a_handle_that_is_cancelled_ends_and_changes_nothing);
    RUN(what_is_erased_is_gone_from_the_file_and_the_chain_goes_on_from_the_checkpoint);
    RUN(payloads_are_encrypted_with_the_key_that_the_host_gives);
    RUN(a_key_function_that_calls_its_store_is_refused_and_does_not_hang);
    RUN(a_null_where_something_must_be_given_is_refused_and_named);
    RUN(two_threads_append_to_one_case_and_each_record_is_there_once);
    risk_policy_free(policy);
    remove_folder();
    return verdict("store");
}
