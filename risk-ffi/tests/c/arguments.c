/* Arguments that are wrong: NULL, nothing, bytes that are no text, structs of other sizes. No call that fails writes. */
#include "policies.h"

static risk_policy *policy;
static risk_case *held;
static risk_assessment *answer;
static risk_question asked_for;

/* For one NULL at a time: the call is refused, and names the argument. */
#define NULL_REFUSED(name, call)                                                                                       \
    do {                                                                                                               \
        STATUS(RISK_NULL_POINTER, call);                                                                               \
        MESSAGE(name);                                                                                                 \
    } while (0)

static void a_null_where_something_must_be_given_is_refused_and_named(void) {
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_policy *loaded = UNTOUCHED;
    risk_case *made = UNTOUCHED;
    risk_assessment *assessed = UNTOUCHED;
    risk_stamp stamp;
    memset(&stamp, 1, sizeof stamp);

    NULL_REFUSED("out", risk_policy_load(NULL, NULL));
    NULL_REFUSED("out", risk_policy_check(NULL, NULL));
    NULL_REFUSED("policy", risk_policy_digest(NULL, &out));
    NULL_REFUSED("out", risk_policy_digest(policy, NULL));
    NULL_REFUSED("policy", risk_policy_last_error_message(NULL, &out));
    NULL_REFUSED("out", risk_policy_last_error_message(policy, NULL));
    NULL_REFUSED("policy", risk_policy_last_error_json(NULL, &out));
    NULL_REFUSED("out", risk_policy_last_error_json(policy, NULL));

    NULL_REFUSED("case_id", risk_case_new(NULL, 36, &made));
    NULL_REFUSED("case_id", risk_case_new(NULL, 0, &made));
    NULL_REFUSED("out", risk_case_new(CASE_ID, 36, NULL));
    NULL_REFUSED("records", risk_case_read(NULL, 9, &made));
    NULL_REFUSED("records", risk_case_read(NULL, 0, &made));
    NULL_REFUSED("out", risk_case_read(STARTED, strlen(STARTED), NULL));
    NULL_REFUSED("case", risk_case_append(NULL, STARTED, strlen(STARTED), NULL, NULL, 0, NULL));
    NULL_REFUSED("records", risk_case_append(held, NULL, 9, NULL, NULL, 0, NULL));
    NULL_REFUSED("stamps", risk_case_append(held, CALL_OUT, strlen(CALL_OUT), NULL, NULL, 1, NULL));
    NULL_REFUSED("case", risk_case_erase(NULL, STARTED, strlen(STARTED), NULL, NULL, NULL));
    NULL_REFUSED("record", risk_case_erase(held, NULL, 9, NULL, NULL, NULL));
    NULL_REFUSED("case", risk_case_seal(NULL, &stamp, 1));
    NULL_REFUSED("stamps", risk_case_seal(held, NULL, 2));
    NULL_REFUSED("case", risk_case_records(NULL, 0, &out));
    NULL_REFUSED("out", risk_case_records(held, 0, NULL));
    NULL_REFUSED("case", risk_case_id(NULL, &out));
    NULL_REFUSED("out", risk_case_id(held, NULL));
    NULL_REFUSED("case", risk_case_length(NULL, &(uint64_t){0}));
    NULL_REFUSED("out", risk_case_length(held, NULL));
    NULL_REFUSED("case", risk_case_head(NULL, &out));
    NULL_REFUSED("out", risk_case_head(held, NULL));
    NULL_REFUSED("case", risk_case_verify(NULL, NULL, 0, &out));
    NULL_REFUSED("expected_head", risk_case_verify(held, NULL, 64, &out));
    NULL_REFUSED("out", risk_case_verify(held, NULL, 0, NULL));
    NULL_REFUSED("records", risk_records_verify(NULL, 9, NULL, 0, &out));
    NULL_REFUSED("expected_head", risk_records_verify(STARTED, 9, NULL, 64, &out));
    NULL_REFUSED("out", risk_records_verify(STARTED, 9, NULL, 0, NULL));

    NULL_REFUSED("case", risk_case_assess(NULL, policy, &asked_for, &assessed));
    NULL_REFUSED("policy", risk_case_assess(held, NULL, &asked_for, &assessed));
    NULL_REFUSED("question", risk_case_assess(held, policy, NULL, &assessed));
    NULL_REFUSED("out", risk_case_assess(held, policy, &asked_for, NULL));
    NULL_REFUSED("case", risk_case_explain(NULL, policy, &asked_for, NULL, 0, &out));
    NULL_REFUSED("policy", risk_case_explain(held, NULL, &asked_for, NULL, 0, &out));
    NULL_REFUSED("question", risk_case_explain(held, policy, NULL, NULL, 0, &out));
    NULL_REFUSED("of", risk_case_explain(held, policy, &asked_for, NULL, 5, &out));
    NULL_REFUSED("out", risk_case_explain(held, policy, &asked_for, NULL, 0, NULL));
    NULL_REFUSED("case", risk_case_why_not(NULL, policy, &asked_for, "sara", 4, &out));
    NULL_REFUSED("policy", risk_case_why_not(held, NULL, &asked_for, "sara", 4, &out));
    NULL_REFUSED("question", risk_case_why_not(held, policy, NULL, "sara", 4, &out));
    NULL_REFUSED("rule", risk_case_why_not(held, policy, &asked_for, NULL, 0, &out));
    NULL_REFUSED("out", risk_case_why_not(held, policy, &asked_for, "sara", 4, NULL));
    NULL_REFUSED("case", risk_case_last_error_message(NULL, &out));
    NULL_REFUSED("out", risk_case_last_error_message(held, NULL));
    NULL_REFUSED("case", risk_case_last_error_json(NULL, &out));
    NULL_REFUSED("out", risk_case_last_error_json(held, NULL));

    NULL_REFUSED("assessment", risk_assessment_json(NULL, &out));
    NULL_REFUSED("out", risk_assessment_json(answer, NULL));
    NULL_REFUSED("assessment", risk_assessment_text(NULL, policy, RISK_AGENDA, &out));
    NULL_REFUSED("policy", risk_assessment_text(answer, NULL, RISK_AGENDA, &out));
    NULL_REFUSED("out", risk_assessment_text(answer, policy, RISK_AGENDA, NULL));
    NULL_REFUSED("assessment", risk_assessment_next_change(NULL, &(int64_t){0}));
    NULL_REFUSED("out", risk_assessment_next_change(answer, NULL));
    NULL_REFUSED("before", risk_assessment_changes(NULL, answer, &out));
    NULL_REFUSED("after", risk_assessment_changes(answer, NULL, &out));
    NULL_REFUSED("out", risk_assessment_changes(answer, answer, NULL));
    NULL_REFUSED("before", risk_assessment_told(NULL, answer, &out));
    NULL_REFUSED("after", risk_assessment_told(answer, NULL, &out));
    NULL_REFUSED("out", risk_assessment_told(answer, answer, NULL));
    NULL_REFUSED("assessment", risk_assessment_last_error_message(NULL, &out));
    NULL_REFUSED("out", risk_assessment_last_error_message(answer, NULL));
    NULL_REFUSED("assessment", risk_assessment_last_error_json(NULL, &out));
    NULL_REFUSED("out", risk_assessment_last_error_json(answer, NULL));

    NULL_REFUSED("of", risk_schema(NULL, 6, &out));
    NULL_REFUSED("out", risk_schema("record", 6, NULL));

    CHECK(loaded == UNTOUCHED && made == UNTOUCHED && assessed == UNTOUCHED);
    CHECK(out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
    CHECK(length_of(held) == 2);
}

static void a_list_without_its_values_is_refused(void) {
    risk_policy *loaded = UNTOUCHED;
    risk_assessment *assessed = UNTOUCHED;
    risk_file nameless = file_of(SMALL);
    risk_policy_options given = options_of(NULL);
    risk_question feeding = asked_for;
    given.files_len = 1;
    NULL_REFUSED("files", risk_policy_load(&given, &loaded));
    given = options_of(NULL);
    given.overlays_len = 1;
    NULL_REFUSED("overlays", risk_policy_load(&given, &loaded));
    given = options_of(&nameless);
    nameless.name.data = NULL;
    NULL_REFUSED("files[0].name", risk_policy_load(&given, &loaded));
    given = options_of(NULL);
    given.locality.len = 5;
    NULL_REFUSED("locality", risk_policy_load(&given, &loaded));
    feeding.feeds_len = 1;
    NULL_REFUSED("feeds", risk_case_assess(held, policy, &feeding, &assessed));
    CHECK(loaded == UNTOUCHED && assessed == UNTOUCHED);
}

static void a_length_that_no_memory_has_is_refused(void) {
    risk_case *made = UNTOUCHED;
    risk_policy *loaded = UNTOUCHED;
    risk_file file = file_of(SMALL);
    risk_policy_options given = options_of(&file);
    risk_stamp stamp;
    memset(&stamp, 1, sizeof stamp);
    STATUS(RISK_BAD_SIZE, risk_case_read(STARTED, SIZE_MAX, &made));
    STATUS(RISK_BAD_SIZE, risk_case_seal(held, &stamp, SIZE_MAX / 2));
    given.files_len = SIZE_MAX / 4;
    STATUS(RISK_BAD_SIZE, risk_policy_load(&given, &loaded));
    CHECK(made == UNTOUCHED && loaded == UNTOUCHED);
}

static void what_is_not_utf_8_is_refused_with_the_place(void) {
    static const char bytes[] = "caf\xe9";
    risk_buf out = {UNTOUCHED, 7, UNTOUCHED};
    risk_case *made = UNTOUCHED;
    risk_policy *loaded = UNTOUCHED;
    risk_assessment *assessed = UNTOUCHED;
    risk_file file = file_of(bytes);
    risk_policy_options given = options_of(&file);
    risk_question asking = asked_for;
    STATUS(RISK_NOT_UTF8, risk_case_new(bytes, 4, &made));
    STATUS(RISK_NOT_UTF8, risk_case_read(bytes, 4, &made));
    MESSAGE("at 3");
    STATUS(RISK_NOT_UTF8, risk_case_append(held, bytes, 4, NULL, NULL, 0, NULL));
    STATUS(RISK_NOT_UTF8, risk_case_erase(held, bytes, 4, NULL, NULL, NULL));
    STATUS(RISK_NOT_UTF8, risk_case_verify(held, bytes, 4, &out));
    STATUS(RISK_NOT_UTF8, risk_records_verify(bytes, 4, NULL, 0, &out));
    STATUS(RISK_NOT_UTF8, risk_case_explain(held, policy, &asked_for, bytes, 4, &out));
    STATUS(RISK_NOT_UTF8, risk_case_why_not(held, policy, &asked_for, bytes, 4, &out));
    STATUS(RISK_NOT_UTF8, risk_schema(bytes, 4, &out));
    STATUS(RISK_NOT_UTF8, risk_policy_load(&given, &loaded));
    MESSAGE("files[0].text");
    given = options_of(NULL);
    given.locality = str(bytes);
    STATUS(RISK_NOT_UTF8, risk_policy_load(&given, &loaded));
    asking.audience = str(bytes);
    STATUS(RISK_NOT_UTF8, risk_case_assess(held, policy, &asking, &assessed));
    MESSAGE("question.audience");
    CHECK(made == UNTOUCHED && loaded == UNTOUCHED && assessed == UNTOUCHED);
    CHECK(out.data == UNTOUCHED && out.len == 7 && out.owner == UNTOUCHED);
}

/* A header to come: the struct of today with a tail. */
struct longer_question {
    risk_question known;
    uint64_t tail[3];
};
struct longer_options {
    risk_policy_options known;
    uint64_t tail[3];
};

static void a_struct_of_another_size_is_refused_unless_what_is_new_in_it_is_zero(void) {
    struct longer_question longer;
    struct longer_options options;
    risk_question asking = asked_for;
    risk_policy *loaded = UNTOUCHED;
    risk_assessment *assessed = UNTOUCHED;
    const uint32_t wrong[] = {0, 1, 4, (uint32_t)sizeof asking - 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        asking.size = wrong[i];
        STATUS(RISK_BAD_SIZE, risk_case_assess(held, policy, &asking, &assessed));
        memset(&options, 0, sizeof options);
        options.known.size = wrong[i] == (uint32_t)sizeof asking - 1 ? (uint32_t)sizeof options.known - 1 : wrong[i];
        STATUS(RISK_BAD_SIZE, risk_policy_load(&options.known, &loaded));
    }
    memset(&longer, 0, sizeof longer);
    longer.known = asked_for;
    longer.known.size = (uint32_t)sizeof longer;
    longer.tail[2] = 1;
    STATUS(RISK_BAD_SIZE, risk_case_assess(held, policy, &longer.known, &assessed));
    CHECK(assessed == UNTOUCHED);
    /* A program that was compiled before there was a `cancel`: what lies behind its struct is not looked at. */
    asking = asked_for;
    asking.size = (uint32_t)offsetof(risk_question, cancel);
    asking.cancel = UNTOUCHED;
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &assessed));
    risk_assessment_free(assessed);
    longer.tail[2] = 0;
    STATUS(RISK_OK, risk_case_assess(held, policy, &longer.known, &assessed));
    risk_assessment_free(assessed);
    memset(&options, 0, sizeof options);
    options.known.size = (uint32_t)sizeof options;
    options.tail[0] = 1;
    STATUS(RISK_BAD_SIZE, risk_policy_load(&options.known, &loaded));
    CHECK(loaded == UNTOUCHED);
    options.tail[0] = 0;
    STATUS(RISK_OK, risk_policy_load(&options.known, &loaded));
    risk_policy_free(loaded);
}

static void what_may_be_left_out_may_be_left_out(void) {
    risk_question asking = asked_for;
    risk_assessment *whole = NULL, *blind = NULL;
    risk_buf out = {0};
    risk_str nothing = {NULL, 0};
    asking.lens = str("");
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &whole));
    STATUS(RISK_OK, risk_assessment_json(whole, &out));
    HAS(out.data, "\"blind_to\":[]");
    GAVE(out, "\"lens\":\"as_known\"");
    /* A list that is there and empty: the host can deliver nothing. */
    asking.feeds = &nothing;
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &blind));
    STATUS(RISK_OK, risk_assessment_json(blind, &out));
    GAVE(out, "\"blind_to\":[\"");
    risk_assessment_free(whole);
    risk_assessment_free(blind);
}

static void the_moment_is_the_same_as_a_number_and_as_text(void) {
    risk_question asking = question("2018-02-06T15:00:00Z", "manager");
    risk_assessment *text = NULL, *number = NULL, *london = NULL;
    risk_buf one = {0}, other = {0}, third = {0};
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &text));
    asking.at_text = str("2018-02-06 15:00");
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &london));
    asking.at_text = str("");
    asking.at = INT64_C(1517929200000000);
    STATUS(RISK_OK, risk_case_assess(held, policy, &asking, &number));
    STATUS(RISK_OK, risk_assessment_json(text, &one));
    STATUS(RISK_OK, risk_assessment_json(number, &other));
    STATUS(RISK_OK, risk_assessment_json(london, &third));
    CHECK(strcmp(one.data, other.data) == 0 && strcmp(one.data, third.data) == 0);
    HAS(one.data, "\"at\":\"2018-02-06T15:00:00Z\"");
    risk_buf_free(&one);
    risk_buf_free(&other);
    risk_buf_free(&third);
    risk_assessment_free(text);
    risk_assessment_free(number);
    risk_assessment_free(london);
}

static void freeing_nothing_does_nothing(void) {
    risk_buf out = {0};
    risk_policy_free(NULL);
    risk_case_free(NULL);
    risk_assessment_free(NULL);
    risk_buf_free(NULL);
    risk_buf_free(&out);
    STATUS(RISK_OK, risk_schema("record", 6, &out));
    HAS(out.data, "\"$schema\"");
    risk_buf_free(&out);
    CHECK(out.data == NULL && out.len == 0 && out.owner == NULL);
    risk_buf_free(&out);
}

int main(void) {
    policy = embedded();
    held = case_of(STARTED PARTNER);
    asked_for = question("2018-02-03", "manager");
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &answer));
    RUN(a_null_where_something_must_be_given_is_refused_and_named);
    RUN(a_list_without_its_values_is_refused);
    RUN(a_length_that_no_memory_has_is_refused);
    RUN(what_is_not_utf_8_is_refused_with_the_place);
    RUN(a_struct_of_another_size_is_refused_unless_what_is_new_in_it_is_zero);
    RUN(what_may_be_left_out_may_be_left_out);
    RUN(the_moment_is_the_same_as_a_number_and_as_text);
    RUN(freeing_nothing_does_nothing);
    risk_assessment_free(answer);
    risk_case_free(held);
    risk_policy_free(policy);
    return verdict("arguments");
}
