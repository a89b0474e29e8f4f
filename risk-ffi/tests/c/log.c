/* What a log takes and refuses, plain and sealed. */
#include "harness.h"

/* 2018-03-01T00:00:00Z and so many seconds, with a salt that a test may be content with. */
static risk_stamp stamp(int64_t seconds) {
    risk_stamp made;
    made.appended_at = (INT64_C(1519862400) + seconds) * 1000000;
    memset(made.salt, (int)(seconds % 100) + 1, sizeof made.salt);
    return made;
}

static void an_append_says_what_became_of_it_and_the_same_again_changes_nothing(void) {
    risk_case *held = NULL;
    risk_appended appended = {0, 0};
    risk_buf out = {0};
    const uint64_t none = 0, two = 2;
    STATUS(RISK_OK, risk_case_new(CASE_ID, strlen(CASE_ID), &held));
    CHECK(length_of(held) == 0);
    STATUS(RISK_OK, risk_case_append(held, STARTED PARTNER, strlen(STARTED PARTNER), &none, NULL, 0, &appended));
    CHECK(appended.length == 2 && appended.added == 2);
    STATUS(RISK_OK, risk_case_append(held, PARTNER CALL_OUT, strlen(PARTNER CALL_OUT), &two, NULL, 0, &appended));
    CHECK(appended.length == 3 && appended.added == 1);
    STATUS(RISK_OK, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, NULL, 0, NULL));
    CHECK(length_of(held) == 3);
    STATUS(RISK_OK, risk_case_records(held, 2, &out));
    CHECK(strcmp(out.data, CALL_OUT) == 0);
    risk_buf_free(&out);
    STATUS(RISK_OK, risk_case_records(held, 0, &out));
    CHECK(strcmp(out.data, STARTED PARTNER CALL_OUT) == 0);
    risk_buf_free(&out);
    STATUS(RISK_OK, risk_case_records(held, UINT64_MAX, &out));
    CHECK(out.len == 0 && out.data[0] == '\0');
    risk_buf_free(&out);
    STATUS(RISK_OK, risk_case_id(held, &out));
    GAVE(out, CASE_ID);
    STATUS(RISK_OK, risk_case_head(held, &out));
    CHECK(out.len == 0);
    risk_buf_free(&out);
    risk_case_free(held);
}

/* Each record is refused in its own way, together with one that would have been taken. */
static void a_refused_append_changes_nothing_and_says_where(void) {
    static const char mistyped[] =
        STARTED RECORD("07", "2018-02-04T09:00:00Z", "police_callout", "\"outcome\":\"arrest\"");
    static const char other_case[] = STARTED RECORD_OF("30000000-0000-4000-8000-000000000000", "08",
                                                       "2018-02-04T09:00:00Z", "address_established", "");
    static const char wrong_value[] =
        STARTED RECORD("07", "2018-02-04T09:00:00Z", "police_call_out", "\"outcome\":\"shrug\"");
    static const char no_json[] = STARTED "and then he said\n";
    static const char changed[] = STARTED RECORD("02", "2018-01-08T11:00:00Z", "address_established", "");
    const uint64_t stale = 17;
    risk_case *held = case_of(PARTNER);
    risk_appended appended = {77, 77};
    STATUS(RISK_BAD_RECORD, risk_case_append(held, mistyped, strlen(mistyped), NULL, NULL, 0, &appended));
    JSON("\"code\":20,\"name\":\"RISK_BAD_RECORD\"");
    JSON("\"line\":2");
    JSON("\"field\":\"kind\"");
    JSON("police_call_out");
    STATUS(RISK_BAD_RECORD, risk_case_append(held, wrong_value, strlen(wrong_value), NULL, NULL, 0, &appended));
    JSON("\"field\":\"data.outcome\"");
    JSON("\"expected\":");
    JSON("\"found\":");
    STATUS(RISK_BAD_RECORD, risk_case_append(held, other_case, strlen(other_case), NULL, NULL, 0, &appended));
    JSON("\"field\":\"case_id\"");
    JSON("\"event_id\":\"" EVENT_ID("08") "\"");
    STATUS(RISK_BAD_RECORD, risk_case_append(held, no_json, strlen(no_json), NULL, NULL, 0, &appended));
    JSON("\"line\":2");
    CHECK(strstr(risk_last_error_json(), "he said") == NULL);
    STATUS(RISK_BAD_RECORD, risk_case_append(held, "", 0, NULL, NULL, 0, &appended));
    STATUS(RISK_EVENT_CONFLICT, risk_case_append(held, changed, strlen(changed), NULL, NULL, 0, &appended));
    JSON("\"event_id\":\"" EVENT_ID("02") "\"");
    JSON("\"position\":1");
    STATUS(RISK_POSITION_CONFLICT, risk_case_append(held, STARTED, strlen(STARTED), &stale, NULL, 0, &appended));
    JSON("\"expected\":\"17\"");
    JSON("\"found\":\"1\"");
    CHECK(appended.length == 77 && appended.added == 77);
    CHECK(length_of(held) == 1);
    risk_case_free(held);
}

static void a_sealed_log_takes_stamps_and_a_plain_one_takes_none(void) {
    const risk_stamp stamps[3] = {stamp(1), stamp(2), stamp(3)};
    risk_stamp unsalted = stamp(4);
    risk_case *held = case_of(STARTED PARTNER);
    risk_appended appended = {0, 0};
    risk_buf out = {0}, head = {0};
    STATUS(RISK_BAD_STAMP, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, stamps, 1, NULL));
    STATUS(RISK_BAD_STAMP, risk_case_seal(held, stamps, 1));
    MESSAGE("expected one for each record, 2, found 1");
    STATUS(RISK_BAD_STAMP, risk_case_seal(held, NULL, 0));
    STATUS(RISK_OK, risk_case_seal(held, stamps, 2));
    STATUS(RISK_OK, risk_case_seal(held, NULL, 0));
    STATUS(RISK_BAD_STAMP, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, NULL, 0, NULL));
    STATUS(RISK_BAD_STAMP, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, stamps, 2, NULL));
    memset(unsalted.salt, 0, sizeof unsalted.salt);
    STATUS(RISK_BAD_STAMP, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, &unsalted, 1, NULL));
    CHECK(length_of(held) == 2);
    STATUS(RISK_OK, risk_case_head(held, &head));
    CHECK(head.len == 64);
    STATUS(RISK_OK, risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, &stamps[2], 1, &appended));
    CHECK(appended.length == 3 && appended.added == 1);
    STATUS(RISK_OK, risk_case_verify(held, head.data, head.len, &out));
    HAS(out.data, "\"expected_at\":2");
    GAVE(out, "\"intact\":true,\"records\":3");
    STATUS(RISK_OK, risk_case_verify(held, NULL, 0, &out));
    GAVE(out, "\"expected_at\":null");
    risk_buf_free(&head);
    risk_case_free(held);
}

static void a_change_to_a_sealed_log_is_found_and_located(void) {
    const risk_stamp stamps[3] = {stamp(1), stamp(2), stamp(3)};
    const char *elsewhere = "0123456789012345678901234567890123456789012345678901234567890123";
    risk_case *held = case_of(STARTED PARTNER CALL_OUT);
    risk_case *read = UNTOUCHED;
    risk_buf sealed = {0}, out = {UNTOUCHED, 7, UNTOUCHED};
    char *changed, *place;
    STATUS(RISK_OK, risk_case_seal(held, stamps, 3));
    STATUS(RISK_OK, risk_case_records(held, 0, &sealed));
    changed = malloc(sealed.len + 1);
    memcpy(changed, sealed.data, sealed.len + 1);
    place = strstr(changed, "\"partner\"");
    CHECK(place != NULL);
    memcpy(place, "\"another\"", 9);
    STATUS(RISK_TAMPERED, risk_records_verify(changed, sealed.len, NULL, 0, &out));
    JSON("\"line\":2");
    JSON("\"position\":2");
    JSON("\"field\":\"payload\"");
    STATUS(RISK_TAMPERED, risk_case_read(changed, sealed.len, &read));
    STATUS(RISK_TAMPERED, risk_records_verify(sealed.data, sealed.len, elsewhere, 64, &out));
    JSON("\"field\":\"head\"");
    STATUS(RISK_TAMPERED, risk_case_verify(held, elsewhere, 64, &out));
    STATUS(RISK_TAMPERED, risk_records_verify(STARTED, strlen(STARTED), NULL, 0, &out));
    CHECK(read == UNTOUCHED && out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
    STATUS(RISK_OK, risk_records_verify(sealed.data, sealed.len, NULL, 0, &out));
    GAVE(out, "\"intact\":true,\"records\":3");
    risk_buf_free(&sealed);
    free(changed);
    risk_case_free(held);
}

static void an_erased_payload_is_gone_and_the_log_still_verifies(void) {
    static const char erasure[] = RECORD("0e", "2018-03-02T09:00:00Z", "payload_erased",
                                         "\"event_id\":\"" EVENT_ID("02") "\",\"reason\":\"legal_erasure\",\"by\":\"m1\"");
    const risk_stamp stamps[3] = {stamp(1), stamp(2), stamp(3)};
    const risk_stamp later = stamp(200000);
    const uint64_t stale = 1, now = 3;
    risk_case *held = case_of(STARTED PARTNER CALL_OUT);
    risk_appended appended = {77, 77};
    risk_buf out = {0};
    STATUS(RISK_OK, risk_case_seal(held, stamps, 3));
    STATUS(RISK_BAD_STAMP, risk_case_erase(held, erasure, strlen(erasure), NULL, NULL, &appended));
    STATUS(RISK_POSITION_CONFLICT, risk_case_erase(held, erasure, strlen(erasure), &stale, &later, &appended));
    STATUS(RISK_BAD_RECORD, risk_case_erase(held, PARTNER, strlen(PARTNER), NULL, &later, &appended));
    CHECK(appended.length == 77 && length_of(held) == 3);
    STATUS(RISK_OK, risk_case_erase(held, erasure, strlen(erasure), &now, &later, &appended));
    CHECK(appended.length == 4 && appended.added == 1);
    STATUS(RISK_OK, risk_case_erase(held, erasure, strlen(erasure), NULL, &later, &appended));
    CHECK(appended.length == 4 && appended.added == 0);
    STATUS(RISK_OK, risk_case_records(held, 0, &out));
    CHECK(strstr(out.data, "known_adult") == NULL);
    risk_buf_free(&out);
    STATUS(RISK_OK, risk_case_verify(held, NULL, 0, &out));
    GAVE(out, "\"intact\":true,\"records\":4");
    risk_case_free(held);
}

static void records_that_are_no_log_are_refused_with_their_line(void) {
    static const char twice[] = STARTED RECORD("01", "2018-01-08T11:00:00Z", "address_established", "");
    risk_case *held = UNTOUCHED;
    STATUS(RISK_BAD_RECORD, risk_case_read(twice, strlen(twice), &held));
    JSON("\"line\":2");
    STATUS(RISK_BAD_RECORD, risk_case_read("", 0, &held));
    STATUS(RISK_BAD_RECORD, risk_case_read("{}", 2, &held));
    STATUS(RISK_BAD_WORD, risk_case_new("someone", 7, &held));
    STATUS(RISK_BAD_WORD, risk_case_new("", 0, &held));
    CHECK(held == UNTOUCHED);
}

int main(void) {
    RUN(an_append_says_what_became_of_it_and_the_same_again_changes_nothing);
    RUN(a_refused_append_changes_nothing_and_says_where);
    RUN(a_sealed_log_takes_stamps_and_a_plain_one_takes_none);
    RUN(a_change_to_a_sealed_log_is_found_and_located);
    RUN(an_erased_payload_is_gone_and_the_log_still_verifies);
    RUN(records_that_are_no_log_are_refused_with_their_line);
    return verdict("log");
}
