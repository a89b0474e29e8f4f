/* The HMPPS estate: a message becomes records, once, and an answer becomes proposals and levels. */
#include "places.h"

#define HOST_SECRET (const uint8_t *)"a secret that only these tests know", 35
#define OF_BYTES(text) (const uint8_t *)(text), strlen(text)
#define MESSAGES "messages", 8
#define REGISTERED                                                                                                 \
    "{\"eventType\":\"probation-case.registration.added\",\"occurredAt\":\"2026-06-14T09:06:52Z\","                     \
    "\"personReference\":{\"identifiers\":[{\"type\":\"CRN\",\"value\":\"X800001\"}]},"                                \
    "\"additionalInformation\":{\"registrationId\":\"1\",\"registerTypeCode\":\"RHRH\",\"registrationDate\":\"2026-06-14\"}}"
#define MAP "{\"case_map\":\"crn,case_id\\nX800001," CASE_ID "\\n\"}"

static risk_hmpps *adapter_of(const char *options) {
    risk_hmpps *adapter = NULL;
    STATUS(RISK_OK, risk_hmpps_new(OF(options), HOST_SECRET, &adapter));
    return adapter;
}

static void a_message_becomes_records_and_a_repeated_one_none(void) {
    risk_hmpps *adapter = adapter_of(MAP);
    risk_buf records = {0}, report = {0}, again = {0};
    STATUS(RISK_OK, risk_hmpps_import(adapter, MESSAGES, OF_BYTES(REGISTERED), NULL, 0, &records, &report));
    GAVE(report, "\"counts\":{\"recorded\":1}");
    STATUS(RISK_OK, risk_hmpps_import(adapter, MESSAGES, OF_BYTES(REGISTERED), records.data, records.len, &again, &report));
    CHECK(again.len == 0);
    risk_buf_free(&again);
    GAVE(report, "\"counts\":{\"known\":1}");
    HAS(records.data, "\"case_id\":\"" CASE_ID "\"");
    GAVE(records, "\"data\":{\"register\":\"risk_of_serious_harm\",\"level\":\"high\"}");
    risk_hmpps_free(adapter);
}

static void a_row_that_cannot_be_read_is_counted_and_costs_no_other_row(void) {
    const char *rows = "crn,type,date,outcome,created\nX800001,C369,14-Jun-24,,15/06/2024\nX800001,C369,14/06/2024,,15/06/2024\n";
    risk_hmpps *adapter = adapter_of("{}");
    risk_buf records = {0}, report = {0};
    STATUS(RISK_OK, risk_hmpps_import(adapter, OF("contacts"), OF_BYTES(rows), NULL, 0, &records, &report));
    HAS(report.data, "\"place\":2,");
    GAVE(report, "\"counts\":{\"recorded\":1,\"unreadable\":1}");
    GAVE(records, "information_requested");
    risk_hmpps_free(adapter);
}

static void an_address_is_listed_only_where_its_host_is(void) {
    const char *needed = "{\"eventType\":\"assessment.summary.produced\",\"occurredAt\":\"2026-06-14T09:06:52Z\","
                         "\"detailUrl\":\"https://oasys.example.com/1\","
                         "\"personReference\":{\"identifiers\":[{\"type\":\"CRN\",\"value\":\"X800001\"}]}}";
    risk_hmpps *adapter = adapter_of("{}");
    risk_hmpps *listing = adapter_of("{\"detail_hosts\":[\"oasys.example.com\"]}");
    risk_buf records = {0}, report = {0};
    STATUS(RISK_OK, risk_hmpps_import(adapter, MESSAGES, OF_BYTES(needed), NULL, 0, &records, &report));
    GAVE(report, "\"detail_url_listed\":false");
    risk_buf_free(&records);
    STATUS(RISK_OK, risk_hmpps_import(listing, MESSAGES, OF_BYTES(needed), NULL, 0, &records, &report));
    GAVE(report, "\"detail_url_listed\":true");
    risk_buf_free(&records);
    risk_hmpps_free(listing);
    risk_hmpps_free(adapter);
}

static void a_store_takes_a_delivery_and_its_answer_becomes_proposals_and_levels(void) {
    risk_hmpps *adapter = adapter_of(MAP);
    risk_store *store = store_of("estate");
    risk_policy *policy = embedded();
    risk_case *held = NULL;
    risk_assessment *answer = NULL;
    risk_buf out = {0};
    const risk_question asked = question("2026-06-20", "responsible_officer");
    const risk_question by_himself = question("2026-06-20", "supervised_person");
    STATUS(RISK_OK, risk_hmpps_import_into(adapter, store, BY, MESSAGES, OF_BYTES(REGISTERED), &out));
    GAVE(out, "\"cases\":[\"" CASE_ID "\"]");
    STATUS(RISK_OK, risk_hmpps_import_into(adapter, store, BY, MESSAGES, OF_BYTES(REGISTERED), &out));
    GAVE(out, "\"counts\":{\"known\":1}");
    STATUS(RISK_OK, risk_store_find(store, OF("crn"), OF("X800001"), &out));
    GAVE(out, CASE_ID);
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked, &answer));
    STATUS(RISK_OK, risk_hmpps_reconcile(adapter, answer, &out));
    GAVE(out, "[]");
    STATUS(RISK_OK, risk_assessment_rosh(answer, &out));
    GAVE(out, "\"overallRiskLevel\":null");
    risk_assessment_free(answer);
    STATUS(RISK_OK, risk_case_assess(held, policy, &by_himself, &answer));
    STATUS(RISK_NO_VIEW, risk_assessment_rosh(answer, &out));
    risk_assessment_free(answer);
    risk_case_free(held);
    risk_policy_free(policy);
    risk_store_free(store);
    risk_hmpps_free(adapter);
}

static void what_cannot_be_used_is_refused_and_says_why(void) {
    risk_hmpps *adapter = UNTOUCHED;
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    STATUS(RISK_BAD_SIZE, risk_hmpps_new(OF("{}"), OF_BYTES("hush"), &adapter));
    MESSAGE("at least 32 bytes");
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"case_map\":\"crn,case_id\\nX1,12\\n\"}"), HOST_SECRET, &adapter));
    JSON("\"line\":2,\"field\":\"case_id\"");
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"codes\":{\"ours.toml\":\"[[register]]\"}}"), HOST_SECRET, &adapter));
    JSON("\"file\":\"ours.toml\"");
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"no_such_option\":1}"), HOST_SECRET, &adapter));
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"detail_hosts\":[\"https://a.example\"]}"), HOST_SECRET, &adapter));
    JSON("\"field\":\"detail_hosts\"");
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(NULL, 2, HOST_SECRET, &adapter));
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(OF("{}"), NULL, 32, &adapter));
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(OF("{}"), HOST_SECRET, NULL));
    CHECK(adapter == UNTOUCHED);
    adapter = adapter_of("{}");
    STATUS(RISK_BAD_WORD, risk_hmpps_import(adapter, OF("letters"), OF_BYTES("{}"), NULL, 0, &out, &out));
    STATUS(RISK_BAD_RECORD, risk_hmpps_import(adapter, OF("contacts"), OF_BYTES("crn\n"), NULL, 0, &out, &out));
    STATUS(RISK_BAD_RECORD, risk_hmpps_import(adapter, MESSAGES, OF_BYTES("{}"), OF("{}"), &out, &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(NULL, MESSAGES, OF_BYTES("{}"), NULL, 0, &out, &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(adapter, NULL, 1, OF_BYTES("{}"), NULL, 0, &out, &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(adapter, MESSAGES, NULL, 2, NULL, 0, &out, &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(adapter, MESSAGES, OF_BYTES("{}"), NULL, 0, NULL, &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(adapter, MESSAGES, OF_BYTES("{}"), NULL, 0, &out, NULL));
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(adapter, NULL, BY, MESSAGES, OF_BYTES("{}"), &out));
    STATUS(RISK_NULL_POINTER, risk_hmpps_reconcile(adapter, NULL, &out));
    STATUS(RISK_NULL_POINTER, risk_assessment_rosh(NULL, &out));
    CHECK(out.data == UNTOUCHED && out.len == 7);
    STATUS(RISK_OK, risk_hmpps_last_error_message(adapter, &out));
    GAVE(out, "assessment");
    STATUS(RISK_OK, risk_hmpps_last_error_json(adapter, &out));
    GAVE(out, "RISK_NULL_POINTER");
    risk_hmpps_free(NULL);
    risk_hmpps_free(adapter);
}

int main(void) {
    make_folder();
    RUN(a_message_becomes_records_and_a_repeated_one_none);
    RUN(a_row_that_cannot_be_read_is_counted_and_costs_no_other_row);
    RUN(an_address_is_listed_only_where_its_host_is);
    RUN(a_store_takes_a_delivery_and_its_answer_becomes_proposals_and_levels);
    RUN(what_cannot_be_used_is_refused_and_says_why);
    remove_folder();
    return verdict("hmpps");
}
