/* A defect of the library, provoked: it is told as such, its handle is closed, and nothing else is harmed.
   Only a library built with the feature `provoke` has risk_provoke_panic. */
#include "places.h"

risk_status risk_provoke_panic(const risk_case *held);
risk_status risk_provoke_panic_of_store(const risk_store *store);
risk_status risk_provoke_panic_of_hmpps(const risk_hmpps *hmpps);

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

static void a_defect_closes_a_store_and_what_it_kept_is_there_when_it_is_opened_again(void) {
    risk_store *store = NULL;
    risk_case *held = UNTOUCHED;
    make_folder();
    store = store_of("poisoned");
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), NULL, NULL));
    STATUS(RISK_PANIC, risk_provoke_panic_of_store(store));
    STATUS(RISK_POISONED, risk_store_append(store, BY, OF(PARTNER), NULL, NULL));
    STATUS(RISK_POISONED, risk_store_case(store, BY, OF(CASE_ID), &held));
    CHECK(held == UNTOUCHED);
    risk_store_free(store);
    store = store_of("poisoned");
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    CHECK(length_of(held) == 1);
    risk_case_free(held);
    risk_store_free(store);
    remove_folder();
}

static void a_defect_closes_the_adapter(void) {
    risk_hmpps *adapter = NULL;
    risk_buf records = {0}, report = {0};
    STATUS(RISK_OK, risk_hmpps_new(OF("{}"), (const uint8_t *)"a secret that only these tests know", 35, &adapter));
    STATUS(RISK_PANIC, risk_provoke_panic_of_hmpps(adapter));
    STATUS(RISK_POISONED, risk_hmpps_import(adapter, OF("messages"), (const uint8_t *)"{}", 2, NULL, 0, &records, &report));
    risk_hmpps_free(adapter);
}

int main(void) {
    RUN(a_defect_is_told_once_and_then_the_handle_can_only_be_freed);
    RUN(a_defect_on_one_thread_closes_the_handle_for_all);
    RUN(a_defect_closes_the_adapter);
    RUN(a_defect_closes_a_store_and_what_it_kept_is_there_when_it_is_opened_again);
    return verdict("provoked");
}
