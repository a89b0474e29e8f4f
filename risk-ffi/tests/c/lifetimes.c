/* Handles live and end by themselves, in any order and on any thread, and leave nothing behind.
   RISK_ROUNDS: how many are made and freed (100,000). */
#include "harness.h"

static void an_answer_outlives_its_case_and_its_policy(void) {
    risk_policy *policy = embedded();
    risk_case *held = case_of(STARTED PARTNER CALL_OUT);
    risk_assessment *before = NULL, *after = NULL;
    risk_question asked_for = question("2018-01-20", "manager");
    risk_buf out = {0}, kept = {0};
    int64_t next = 0;
    STATUS(RISK_OK, risk_policy_digest(policy, &kept));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &before));
    asked_for.at_text = str("2018-02-05");
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &after));
    risk_case_free(held);
    STATUS(RISK_OK, risk_assessment_text(after, policy, RISK_AGENDA, &out));
    GAVE(out, "AGENDA");
    STATUS(RISK_OK, risk_assessment_text(after, policy, RISK_ALL, &out));
    GAVE(out, "AGENDA");
    risk_policy_free(policy);
    STATUS(RISK_OK, risk_assessment_json(after, &out));
    HAS(out.data, kept.data);
    GAVE(out, "\"schema\":\"risk-assessment/1\"");
    STATUS(RISK_OK, risk_assessment_next_change(after, &next));
    CHECK(next > INT64_C(1517875199000000) && next != RISK_NEVER);
    STATUS(RISK_OK, risk_assessment_changes(before, after, &out));
    GAVE(out, "\"change\":\"opened\"");
    STATUS(RISK_OK, risk_assessment_told(before, after, &out));
    GAVE(out, "To do: ");
    STATUS(RISK_OK, risk_assessment_told(after, after, &out));
    CHECK(out.len == 0);
    risk_buf_free(&out);
    risk_assessment_free(before);
    risk_assessment_free(after);
    GAVE(kept, "");
}

static void long_after_the_last_rule_an_answer_never_changes(void) {
    risk_policy *policy = embedded();
    risk_case *held = NULL;
    risk_assessment *answer = NULL;
    risk_question asked_for = question("2200-01-01", "manager");
    int64_t next = 0;
    STATUS(RISK_OK, risk_case_new(CASE_ID, strlen(CASE_ID), &held));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &answer));
    STATUS(RISK_OK, risk_assessment_next_change(answer, &next));
    CHECK(next == RISK_NEVER);
    risk_assessment_free(answer);
    risk_case_free(held);
    risk_policy_free(policy);
}

struct handles {
    risk_policy *policy;
    risk_case *held;
    risk_assessment *answer;
    risk_buf text;
};

static void *frees(void *given) {
    struct handles *all = given;
    risk_case_free(all->held);
    risk_buf_free(&all->text);
    risk_policy_free(all->policy);
    risk_assessment_free(all->answer);
    return NULL;
}

static void what_one_thread_made_another_may_free(void) {
    struct handles all = {0};
    pthread_t other;
    risk_question asked_for = question("2018-02-05", "manager");
    all.policy = embedded();
    all.held = case_of(STARTED);
    STATUS(RISK_OK, risk_case_assess(all.held, all.policy, &asked_for, &all.answer));
    STATUS(RISK_OK, risk_assessment_json(all.answer, &all.text));
    CHECK(pthread_create(&other, NULL, frees, &all) == 0);
    CHECK(pthread_join(other, NULL) == 0);
}

/* Memory in use, in KiB; 0 where the system does not say. */
static long resident(void) {
    char line[256];
    long found = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            found = strtol(line + 6, NULL, 10);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return found;
}

static void make_and_free(const risk_policy *policy, long rounds) {
    const risk_question asked_for = question("2018-02-05", "manager");
    const risk_question asked_of_nobody = question("2018-02-05", "nobody");
    for (long i = 0; i < rounds; i++) {
        risk_case *held = NULL;
        risk_assessment *answer = NULL;
        risk_buf out = {0};
        STATUS(RISK_OK, risk_case_new(CASE_ID, strlen(CASE_ID), &held));
        STATUS(RISK_OK, risk_case_append(held, STARTED, strlen(STARTED), NULL, NULL, 0, NULL));
        STATUS(RISK_BAD_RECORD, risk_case_append(held, "{}", 2, NULL, NULL, 0, NULL));
        STATUS(RISK_BAD_WORD, risk_case_assess(held, policy, &asked_of_nobody, &answer));
        STATUS(RISK_OK, risk_case_last_error_json(held, &out));
        risk_buf_free(&out);
        if (i % 10 == 0) {
            STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &answer));
            STATUS(RISK_OK, risk_assessment_json(answer, &out));
            risk_buf_free(&out);
            risk_assessment_free(answer);
        }
        risk_case_free(held);
    }
}

static void a_hundred_thousand_rounds_leave_no_memory_in_use(void) {
    const long rounds = asked("RISK_ROUNDS", 100000);
    risk_policy *policy = embedded();
    long before, after;
    make_and_free(policy, rounds / 10 + 1);
    before = resident();
    make_and_free(policy, rounds);
    after = resident();
    printf("      %ld rounds: %ld KiB before, %ld KiB after\n", rounds, before, after);
    /* One lost case of a record is more than 1 KiB: even one in fifty would show. */
    if (asked("RISK_MEMORY_IS_WATCHED_OTHERWISE", 0) == 0) {
        CHECK(before > 0);
        CHECK(after - before < 2048);
    }
    risk_policy_free(policy);
}

/* Whatever is no handle of the type is refused and named, and nothing is written. */
static void a_handle_of_another_type_is_refused(void) {
    risk_policy *policy = embedded();
    risk_case *held = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED;
    risk_question asked_for = question("2018-02-05", "manager");
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    uint64_t length = 7, words[4] = {0, 0, 0, 0};
    STATUS(RISK_BAD_HANDLE, risk_case_length((const risk_case *)policy, &length));
    MESSAGE("the_case");
    MESSAGE("risk_case");
    JSON("\"code\":7,\"name\":\"RISK_BAD_HANDLE\"");
    STATUS(RISK_BAD_HANDLE, risk_policy_digest((const risk_policy *)held, &out));
    MESSAGE("risk_policy");
    STATUS(RISK_BAD_HANDLE, risk_case_assess(held, (const risk_policy *)held, &asked_for, &answer));
    MESSAGE("policy");
    STATUS(RISK_BAD_HANDLE, risk_assessment_json((const risk_assessment *)policy, &out));
    STATUS(RISK_BAD_HANDLE, risk_assessment_told((const risk_assessment *)held, (const risk_assessment *)held, &out));
    STATUS(RISK_BAD_HANDLE, risk_store_changes((const risk_store *)policy, "a", 1, 0, 1, &out));
    STATUS(RISK_BAD_HANDLE, risk_store_last_error_json((const risk_store *)policy, &out));
    STATUS(RISK_BAD_HANDLE, risk_case_length((const risk_case *)words, &length));
    STATUS(RISK_BAD_HANDLE, risk_case_length((const risk_case *)((const char *)held + 1), &length));
    CHECK(length == 7 && answer == UNTOUCHED && out.data == UNTOUCHED);
    /* Freeing as another type leaves the handle as it was. */
    risk_policy_free((risk_policy *)held);
    MESSAGE("risk_policy");
    risk_hmpps_free((risk_hmpps *)held);
    risk_store_free((risk_store *)held);
    risk_assessment_free((risk_assessment *)held);
    CHECK(length_of(held) == 1);
    risk_case_free(held);
    risk_policy_free(policy);
}

/* The memory of a freed handle is read here, which memory checkers report: it is what a caller's fault does. */
static void a_freed_handle_is_refused(void) {
    risk_case *held = case_of(STARTED);
    uint64_t length = 7;
    if (asked("RISK_MEMORY_IS_WATCHED_OTHERWISE", 0) != 0) {
        risk_case_free(held);
        return;
    }
    risk_case_free(held);
    STATUS(RISK_BAD_HANDLE, risk_case_length(held, &length));
    MESSAGE("freed");
    risk_case_free(held);
    CHECK(length == 7);
}

int main(void) {
    RUN(a_handle_of_another_type_is_refused);
    RUN(a_freed_handle_is_refused);
    RUN(an_answer_outlives_its_case_and_its_policy);
    RUN(long_after_the_last_rule_an_answer_never_changes);
    RUN(what_one_thread_made_another_may_free);
    RUN(a_hundred_thousand_rounds_leave_no_memory_in_use);
    return verdict("lifetimes");
}
