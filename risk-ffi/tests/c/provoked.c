/* A defect of the library, provoked: it is told as such, its handle is closed, and nothing else is harmed.
   Only a library built with the feature `provoke` has risk_provoke_panic. */
#include "harness.h"

risk_status risk_provoke_panic(const risk_case *held);

static void a_defect_is_told_once_and_then_the_handle_can_only_be_freed(void) {
    risk_policy *policy = embedded();
    risk_case *held = case_of(STARTED), *other = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED;
    risk_question asked_for = question("2018-02-05", "manager");
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    STATUS(RISK_PANIC, risk_provoke_panic(held));
    JSON("\"code\":99,\"name\":\"RISK_PANIC\"");
    STATUS(RISK_POISONED, risk_case_id(held, &out));
    STATUS(RISK_POISONED, risk_case_assess(held, policy, &asked_for, &answer));
    STATUS(RISK_POISONED, risk_case_append(held, PARTNER, strlen(PARTNER), NULL, NULL, 0, NULL));
    STATUS(RISK_POISONED, risk_provoke_panic(held));
    CHECK(answer == UNTOUCHED && out.data == UNTOUCHED);
    STATUS(RISK_OK, risk_case_last_error_json(held, &out));
    GAVE(out, "\"name\":\"RISK_POISONED\"");
    STATUS(RISK_OK, risk_case_assess(other, policy, &asked_for, &answer));
    risk_assessment_free(answer);
    risk_case_free(held);
    risk_case_free(other);
    risk_policy_free(policy);
}

static void *provokes(void *held) {
    risk_status status = risk_provoke_panic(held);
    CHECK(status == RISK_PANIC || status == RISK_POISONED);
    return NULL;
}

static void a_defect_on_one_thread_closes_the_handle_for_all(void) {
    pthread_t running[4];
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_case *held = case_of(STARTED);
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_create(&running[i], NULL, provokes, held) == 0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_join(running[i], NULL) == 0);
    }
    STATUS(RISK_POISONED, risk_case_id(held, &out));
    risk_case_free(held);
}

int main(void) {
    RUN(a_defect_is_told_once_and_then_the_handle_can_only_be_freed);
    RUN(a_defect_on_one_thread_closes_the_handle_for_all);
    return verdict("provoked");
}
