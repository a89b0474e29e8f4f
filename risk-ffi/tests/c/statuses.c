/* Every status has its number and its name for good, and is reached (98 and 99: provoked.c; 80 and on: store.c, as
   far as a test in C can make a store fail so; the rest in risk-binding and risk-store). */
#include "policies.h"

/* The policy that the library has inside: it takes some time to load. */
static risk_policy *policy;

static void every_status_has_the_number_and_name_that_it_has_always_had(void) {
    static const struct {
        risk_status status;
        risk_status number;
        const char *name;
    } all[] = {
        {RISK_OK, 0, "RISK_OK"},
        {RISK_NULL_POINTER, 1, "RISK_NULL_POINTER"},
        {RISK_NOT_UTF8, 2, "RISK_NOT_UTF8"},
        {RISK_BAD_SIZE, 3, "RISK_BAD_SIZE"},
        {RISK_BAD_TIME, 4, "RISK_BAD_TIME"},
        {RISK_BAD_WORD, 5, "RISK_BAD_WORD"},
        {RISK_MISMATCH, 6, "RISK_MISMATCH"},
        {RISK_BAD_HANDLE, 7, "RISK_BAD_HANDLE"},
        {RISK_REENTRANT_CALL, 8, "RISK_REENTRANT_CALL"},
        {RISK_BAD_RECORD, 20, "RISK_BAD_RECORD"},
        {RISK_POSITION_CONFLICT, 40, "RISK_POSITION_CONFLICT"},
        {RISK_EVENT_CONFLICT, 41, "RISK_EVENT_CONFLICT"},
        {RISK_BAD_STAMP, 42, "RISK_BAD_STAMP"},
        {RISK_TAMPERED, 43, "RISK_TAMPERED"},
        {RISK_BAD_POLICY, 60, "RISK_BAD_POLICY"},
        {RISK_NO_VIEW, 61, "RISK_NO_VIEW"},
        {RISK_NO_REASONS, 62, "RISK_NO_REASONS"},
        {RISK_CANCELLED, 70, "RISK_CANCELLED"},
        {RISK_OVER_BUDGET, 71, "RISK_OVER_BUDGET"},
        {RISK_STORE_MISSING, 80, "RISK_STORE_MISSING"},
        {RISK_BAD_STORE, 81, "RISK_BAD_STORE"},
        {RISK_STORE_BUSY, 82, "RISK_STORE_BUSY"},
        {RISK_STORE_UNREACHABLE, 83, "RISK_STORE_UNREACHABLE"},
        {RISK_STORE_UNCONFIRMED, 84, "RISK_STORE_UNCONFIRMED"},
        {RISK_STORE_FULL, 85, "RISK_STORE_FULL"},
        {RISK_STORE_READ_ONLY, 86, "RISK_STORE_READ_ONLY"},
        {RISK_STORE_DAMAGED, 87, "RISK_STORE_DAMAGED"},
        {RISK_STORE_FAILED, 88, "RISK_STORE_FAILED"},
        {RISK_NOT_FOUND, 89, "RISK_NOT_FOUND"},
        {RISK_EXCLUDED, 90, "RISK_EXCLUDED"},
        {RISK_NO_KEY, 91, "RISK_NO_KEY"},
        {RISK_TAKEN, 92, "RISK_TAKEN"},
        {RISK_STORE_MOVED, 95, "RISK_STORE_MOVED"},
        {RISK_BEYOND_END, 96, "RISK_BEYOND_END"},
        {RISK_POISONED, 98, "RISK_POISONED"},
        {RISK_PANIC, 99, "RISK_PANIC"},
    };
    const size_t count = sizeof all / sizeof all[0];
    risk_status number;
    size_t known = 0;
    CHECK(RISK_AGENDA == 0 && RISK_ALL == 1 && RISK_NEVER == INT64_MAX);
    for (size_t i = 0; i < count; i++) {
        CHECK(all[i].status == all[i].number);
        CHECK(strcmp(risk_status_name(all[i].number), all[i].name) == 0);
    }
    /* A status that is new must be added here. */
    for (number = -10; number < 1000; number++) {
        known += strcmp(risk_status_name(number), "RISK_UNKNOWN_STATUS") != 0;
    }
    CHECK(known == count);
}

static void the_header_is_of_the_library_that_runs(void) {
    char version[64];
    CHECK(risk_version_number() == RISK_VERSION_NUMBER);
    CHECK(RISK_VERSION_NUMBER == RISK_VERSION_MAJOR * 1000000 + RISK_VERSION_MINOR * 1000 + RISK_VERSION_PATCH);
    CHECK(risk_abi_version() == RISK_ABI_VERSION);
    snprintf(version, sizeof version, "%d.%d.%d", (int)RISK_VERSION_MAJOR, (int)RISK_VERSION_MINOR,
             (int)RISK_VERSION_PATCH);
    CHECK(strcmp(risk_version(), version) == 0);
}

static void a_moment_that_is_none_is_refused(void) {
    risk_case *held = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED;
    risk_question asked_for = question("2018-02-30", "manager");
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("`at`");
    asked_for = question("", "manager");
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("a moment");
    asked_for = question("2018-02-03", "manager");
    asked_for.at = 1;
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    asked_for = question("2018-02-03", "manager");
    asked_for.known_at_text = str("soon");
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("`known_at`");
    asked_for = question("", "manager");
    /* Seconds and milliseconds where microseconds are asked for. */
    asked_for.at = INT64_C(1517929200);
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    asked_for.at = INT64_C(1517929200000);
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    asked_for.at = INT64_MIN;
    STATUS(RISK_BAD_TIME, risk_case_assess(held, policy, &asked_for, &answer));
    CHECK(answer == UNTOUCHED);
    risk_case_free(held);
}

static void a_word_that_is_not_of_its_list_is_refused_with_those_that_are_near(void) {
    risk_case *held = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED;
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_str feed = str("police_callout");
    risk_question asked_for = question("2018-02-03", "manger");
    STATUS(RISK_BAD_WORD, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("`audience`");
    MESSAGE("manager");
    asked_for = question("2018-02-03", "");
    STATUS(RISK_BAD_WORD, risk_case_assess(held, policy, &asked_for, &answer));
    asked_for = question("2018-02-03", "manager");
    asked_for.lens = str("foresight");
    STATUS(RISK_BAD_WORD, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("hindsight");
    asked_for = question("2018-02-03", "manager");
    asked_for.feeds = &feed;
    asked_for.feeds_len = 1;
    STATUS(RISK_BAD_WORD, risk_case_assess(held, policy, &asked_for, &answer));
    MESSAGE("`feeds`");
    MESSAGE("police_call_out");
    asked_for = question("2018-02-03", "manager");
    STATUS(RISK_BAD_WORD, risk_case_explain(held, policy, &asked_for, "reviews", 7, &out));
    STATUS(RISK_BAD_WORD, risk_case_why_not(held, policy, &asked_for, "no-such-rule", 12, &out));
    STATUS(RISK_BAD_WORD, risk_schema("agenda", 6, &out));
    CHECK(answer == UNTOUCHED);
    CHECK(out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
    risk_case_free(held);
}

static void things_that_do_not_belong_together_are_not_brought_together(void) {
    risk_policy *other_policy = policy_of(SMALL);
    risk_case *one = case_of(STARTED);
    risk_case *other = case_of(RECORD_OF("20000000-0000-4000-8000-000000000000", "09", "2018-01-08T10:00:00Z",
                                         "address_established", ""));
    risk_assessment *before = NULL, *after = NULL, *for_another = NULL;
    risk_question asked_for = question("2018-02-03", "manager");
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    STATUS(RISK_OK, risk_case_assess(one, policy, &asked_for, &before));
    STATUS(RISK_OK, risk_case_assess(other, policy, &asked_for, &after));
    STATUS(RISK_MISMATCH, risk_assessment_changes(before, after, &out));
    asked_for.audience = str("inspector");
    STATUS(RISK_OK, risk_case_assess(one, policy, &asked_for, &for_another));
    STATUS(RISK_MISMATCH, risk_assessment_changes(before, for_another, &out));
    STATUS(RISK_MISMATCH, risk_assessment_told(before, after, &out));
    STATUS(RISK_MISMATCH, risk_assessment_text(before, other_policy, RISK_AGENDA, &out));
    STATUS(RISK_BAD_WORD, risk_assessment_text(before, policy, 2, &out));
    CHECK(out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
    risk_assessment_free(before);
    risk_assessment_free(after);
    risk_assessment_free(for_another);
    risk_case_free(one);
    risk_case_free(other);
    risk_policy_free(other_policy);
}

static void an_audience_without_a_view_and_one_without_reasons_are_told_so(void) {
    risk_policy *small = policy_of(SMALL);
    risk_case *held = case_of(STARTED);
    risk_assessment *answer = UNTOUCHED;
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_question asked_for = question("2018-02-03", "inspector");
    STATUS(RISK_NO_VIEW, risk_case_assess(held, small, &asked_for, &answer));
    MESSAGE("inspector");
    STATUS(RISK_NO_VIEW, risk_case_explain(held, small, &asked_for, NULL, 0, &out));
    asked_for = question("2018-02-03", "responsible_officer");
    STATUS(RISK_NO_REASONS, risk_case_explain(held, small, &asked_for, NULL, 0, &out));
    CHECK(answer == UNTOUCHED);
    CHECK(out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
    risk_case_free(held);
    risk_policy_free(small);
}

static void a_policy_with_errors_is_refused_with_all_of_them_and_a_check_reports_them(void) {
    risk_file file = file_of(FAULTY);
    risk_policy_options given = options_of(&file);
    risk_policy *loaded = UNTOUCHED;
    risk_buf report = {0};
    STATUS(RISK_BAD_POLICY, risk_policy_load(&given, &loaded));
    CHECK(loaded == UNTOUCHED);
    JSON("\"code\":60");
    JSON("\"errors\":[{\"file\":\"small.toml\",\"line\":");
    JSON("rool");
    STATUS(RISK_OK, risk_policy_check(&given, &report));
    HAS(report.data, "rool");
    GAVE(report, "\"valid\":false");
    STATUS(RISK_OK, risk_policy_check(NULL, &report));
    GAVE(report, "\"valid\":true,\"id\":\"england-wales\"");
}

int main(void) {
    policy = embedded();
    RUN(every_status_has_the_number_and_name_that_it_has_always_had);
    RUN(the_header_is_of_the_library_that_runs);
    RUN(a_moment_that_is_none_is_refused);
    RUN(a_word_that_is_not_of_its_list_is_refused_with_those_that_are_near);
    RUN(things_that_do_not_belong_together_are_not_brought_together);
    RUN(an_audience_without_a_view_and_one_without_reasons_are_told_so);
    RUN(a_policy_with_errors_is_refused_with_all_of_them_and_a_check_reports_them);
    risk_policy_free(policy);
    return verdict("statuses");
}
