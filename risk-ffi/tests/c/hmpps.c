/* Messages of the HMPPS estate: imported into a store and beside a host's own records, known again, and told of. */
#include "places.h"

#define SECRET "no secret at all, but long enough"
#define REGISTRATION                                                                                                   \
    "{\"eventType\":\"probation-case.registration.added\",\"version\":1,\"occurredAt\":\"2026-11-03T09:12:40Z\","      \
    "\"personReference\":{\"identifiers\":[{\"type\":\"CRN\",\"value\":\"X800031\"}]},\"additionalInformation\":{"     \
    "\"registrationId\":\"25\",\"registerTypeCode\":\"ADVP\",\"registrationDate\":\"Tue Nov 03 00:00:00 GMT 2026\"}}"
#define DIARY "Dear diary"
#define NOTHING_OF_IT(text) CHECK(strstr((text), "diary") == NULL)

static risk_hmpps *importer(const char *options) {
    risk_hmpps *made = NULL;
    STATUS(RISK_OK, risk_hmpps_new(OF(options), (const uint8_t *)SECRET, strlen(SECRET), &made));
    return made;
}

static void a_message_makes_records_of_a_case_that_its_crn_finds_and_only_once(void) {
    risk_store *store = store_of("imported");
    risk_hmpps *hmpps = importer("{}");
    risk_buf report = {0}, ids = {0};
    STATUS(RISK_OK, risk_hmpps_import_into(hmpps, store, BY, OF(REGISTRATION), &report));
    GAVE(report, "\"outcome\":\"recorded\"");
    STATUS(RISK_OK, risk_store_find(store, OF("crn"), OF("X800031"), &ids));
    CHECK(ids.len > 36);
    risk_buf_free(&ids);
    STATUS(RISK_OK, risk_hmpps_import_into(hmpps, store, BY, OF(REGISTRATION), &report));
    GAVE(report, "\"outcome\":\"known\"");
    STATUS(RISK_BAD_WORD, risk_hmpps_import_into(hmpps, store, OF("night feed"), OF(REGISTRATION), &report));
    STATUS(RISK_OK, risk_hmpps_last_error_message(hmpps, &report));
    GAVE(report, "`operator`");
    STATUS(RISK_OK, risk_hmpps_last_error_json(hmpps, &report));
    GAVE(report, "\"name\":\"RISK_BAD_WORD\"");
    risk_hmpps_free(hmpps);
    risk_store_free(store);
}

static void a_host_that_keeps_its_records_itself_gets_the_new_ones(void) {
    risk_hmpps *hmpps = importer("{\"case_map\":\"case_id,crn\\n" CASE_ID ",X800031\\n\"}");
    risk_buf held = {0}, records = {0}, report = {0};
    STATUS(RISK_OK, risk_hmpps_import(hmpps, NULL, 0, OF(REGISTRATION), &held, &report));
    HAS(held.data, "\"case_id\":\"" CASE_ID "\"");
    GAVE(report, "\"outcome\":\"recorded\"");
    STATUS(RISK_OK, risk_hmpps_import(hmpps, held.data, held.len, OF(REGISTRATION), &records, &report));
    CHECK(records.len == 0);
    GAVE(report, "\"outcome\":\"known\"");
    risk_buf_free(&records);
    STATUS(RISK_BAD_RECORD, risk_hmpps_import(hmpps, OF(DIARY), OF(REGISTRATION), &records, &report));
    NOTHING_OF_IT(risk_last_error_json());
    STATUS(RISK_OK, risk_hmpps_import(hmpps, NULL, 0, OF(DIARY), &records, &report));
    HAS(report.data, "\"outcome\":\"unreadable\"");
    NOTHING_OF_IT(report.data);
    risk_buf_free(&records);
    risk_buf_free(&report);
    risk_buf_free(&held);
    risk_hmpps_free(hmpps);
}

static void an_importer_that_cannot_be_made_says_why(void) {
    const uint8_t *secret = (const uint8_t *)SECRET;
    risk_hmpps *made = UNTOUCHED;
    STATUS(RISK_BAD_SIZE, risk_hmpps_new(OF("{}"), secret, 31, &made));
    JSON("\"field\":\"secret\"");
    CHECK(strstr(risk_last_error_json(), "no secret") == NULL);
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"code\":{}}"), secret, strlen(SECRET), &made));
    MESSAGE("`code`");
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"codes\":{\"ours.toml\":\"= 7\"}}"), secret, strlen(SECRET), &made));
    JSON("\"file\":\"ours.toml\"");
    STATUS(RISK_BAD_WORD, risk_hmpps_new(OF("{\"case_map\":\"case_id,crn\\n7,X8\\n\"}"), secret, strlen(SECRET), &made));
    JSON("\"line\":2");
    CHECK(made == UNTOUCHED);
}

static void a_null_where_something_must_be_given_is_refused_and_named(void) {
    risk_store *store = store_of("null");
    risk_hmpps *hmpps = importer("{}");
    risk_hmpps *made = NULL;
    const uint8_t *secret = (const uint8_t *)SECRET;
    risk_buf records = {0}, report = {0};
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(NULL, 0, secret, strlen(SECRET), &made));
    MESSAGE("`options`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(OF("{}"), NULL, 32, &made));
    MESSAGE("`secret`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_new(OF("{}"), secret, strlen(SECRET), NULL));
    MESSAGE("`out`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(NULL, store, BY, OF("{}"), &report));
    MESSAGE("`hmpps`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(hmpps, NULL, BY, OF("{}"), &report));
    MESSAGE("`store`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(hmpps, store, NULL, 4, OF("{}"), &report));
    MESSAGE("`operator`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(hmpps, store, BY, NULL, 4, &report));
    MESSAGE("`messages`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import_into(hmpps, store, BY, OF("{}"), NULL));
    MESSAGE("`out`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(NULL, NULL, 0, OF("{}"), &records, &report));
    MESSAGE("`hmpps`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(hmpps, NULL, 4, OF("{}"), &records, &report));
    MESSAGE("`held`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(hmpps, NULL, 0, NULL, 4, &records, &report));
    MESSAGE("`messages`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(hmpps, NULL, 0, OF("{}"), NULL, &report));
    MESSAGE("`records`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_import(hmpps, NULL, 0, OF("{}"), &records, NULL));
    MESSAGE("`report`");
    STATUS(RISK_NULL_POINTER, risk_hmpps_last_error_message(NULL, &report));
    STATUS(RISK_NULL_POINTER, risk_hmpps_last_error_json(hmpps, NULL));
    CHECK(made == NULL && records.data == NULL && report.data == NULL);
    risk_hmpps_free(NULL);
    risk_hmpps_free(hmpps);
    risk_store_free(store);
}

int main(void) {
    make_folder();
    RUN(a_message_makes_records_of_a_case_that_its_crn_finds_and_only_once);
    RUN(a_host_that_keeps_its_records_itself_gets_the_new_ones);
    RUN(an_importer_that_cannot_be_made_says_why);
    RUN(a_null_where_something_must_be_given_is_refused_and_named);
    remove_folder();
    return verdict("hmpps");
}
