/* Where an error is kept: on the thread that met it, and on the first handle of the call. */
#include "policies.h"

static void *sees_no_error_of_another_thread(void *nothing) {
    (void)nothing;
    CHECK(risk_last_error_message()[0] == '\0');
    CHECK(risk_last_error_json()[0] == '\0');
    STATUS(RISK_BAD_WORD, risk_schema("answers", 7, &(risk_buf){0}));
    MESSAGE("`of`");
    return NULL;
}

static void an_error_stays_on_its_thread(void) {
    pthread_t other;
    risk_case *held = UNTOUCHED;
    STATUS(RISK_BAD_RECORD, risk_case_read("{", 1, &held));
    HAS(risk_last_error_json(), "\"name\":\"RISK_BAD_RECORD\"");
    CHECK(pthread_create(&other, NULL, sees_no_error_of_another_thread, NULL) == 0);
    CHECK(pthread_join(other, NULL) == 0);
    HAS(risk_last_error_json(), "\"name\":\"RISK_BAD_RECORD\"");
}

static void *fails_in_a_call_with(void *held) {
    STATUS(RISK_BAD_RECORD, risk_case_append(held, "{}", 2, NULL, NULL, 0, NULL));
    return NULL;
}

static void a_handle_tells_its_last_error_to_any_thread(void) {
    pthread_t other;
    risk_case *held = case_of(STARTED), *untroubled = case_of(STARTED);
    risk_buf out = {0};
    STATUS(RISK_OK, risk_case_last_error_json(held, &out));
    CHECK(out.len == 0);
    risk_buf_free(&out);
    CHECK(pthread_create(&other, NULL, fails_in_a_call_with, held) == 0);
    CHECK(pthread_join(other, NULL) == 0);
    STATUS(RISK_OK, risk_case_last_error_json(held, &out));
    GAVE(out, "\"code\":20");
    STATUS(RISK_OK, risk_case_last_error_message(held, &out));
    GAVE(out, "expected");
    STATUS(RISK_OK, risk_case_last_error_json(untroubled, &out));
    CHECK(out.len == 0);
    risk_buf_free(&out);
    risk_case_free(held);
    risk_case_free(untroubled);
}

static void the_first_handle_of_a_call_keeps_its_error(void) {
    risk_policy *policy = policy_of(SMALL);
    risk_case *held = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED, *before = NULL, *after = NULL;
    risk_question asked_for = question("2018-02-03", "inspector");
    risk_buf out = {0};
    STATUS(RISK_NO_VIEW, risk_case_assess(held, policy, &asked_for, &answer));
    STATUS(RISK_OK, risk_case_last_error_json(held, &out));
    GAVE(out, "\"name\":\"RISK_NO_VIEW\"");
    STATUS(RISK_OK, risk_policy_last_error_json(policy, &out));
    CHECK(out.len == 0);
    risk_buf_free(&out);
    asked_for = question("2018-02-03", "responsible_officer");
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &before));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &after));
    STATUS(RISK_NULL_POINTER, risk_assessment_changes(before, after, NULL));
    STATUS(RISK_OK, risk_assessment_last_error_message(after, &out));
    GAVE(out, "out");
    STATUS(RISK_NULL_POINTER, risk_policy_digest(policy, NULL));
    STATUS(RISK_OK, risk_policy_last_error_message(policy, &out));
    GAVE(out, "out");
    risk_assessment_free(before);
    risk_assessment_free(after);
    risk_case_free(held);
    risk_policy_free(policy);
}

static void no_error_tells_what_somebody_wrote(void) {
    static const char noted[] =
        "{\"event_id\":\"" EVENT_ID("0a") "\",\"case_id\":\"" CASE_ID "\",\"occurred_at\":\"2018-02-04T09:00:00Z\","
        "\"recorded_at\":\"2018-02-04T09:00:00Z\",\"source\":{\"agency\":\"probation\"},\"kind\":\"plw_disclosure\","
        "\"note\":\"he broke the door\",\"data\":{\"person\":\"p1\",\"concerns\":[\"the door\"]}}\n";
    risk_case *held = case_of(STARTED);
    STATUS(RISK_BAD_RECORD, risk_case_append(held, noted, strlen(noted), NULL, NULL, 0, NULL));
    JSON("\"field\":\"data.concerns");
    CHECK(strstr(risk_last_error_json(), "door") == NULL);
    CHECK(strstr(risk_last_error_message(), "door") == NULL);
    risk_case_free(held);
}

int main(void) {
    RUN(an_error_stays_on_its_thread);
    RUN(a_handle_tells_its_last_error_to_any_thread);
    RUN(the_first_handle_of_a_call_keeps_its_error);
    RUN(no_error_tells_what_somebody_wrote);
    return verdict("errors");
}
