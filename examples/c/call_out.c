/*
 * A police call-out reaches a case, and somebody reads what must now be done.
 *
 * This is how a case-management system uses the library: it keeps its own records, append-only, and the engine holds none of
 * them for good. At each change the host hands the new record to the engine, stores it if the engine took it, and shows what
 * the answer gained. Everybody in here is invented.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <risk.h>

#define CASE "70000000-0000-4000-8000-000000000000"
#define RECORD(number, at, kind, data)                                                                                 \
    "{\"event_id\":\"70000000-0000-4000-8000-0000000000" number "\",\"case_id\":\"" CASE "\",\"occurred_at\":\"" at    \
    "\",\"recorded_at\":\"" at "\",\"source\":{\"agency\":\"probation\"},\"kind\":\"" kind "\",\"data\":" data "}"

/* What the host has on file: the case of one supervised person, one record a line. In a real system, a table. */
#define MOST_RECORDS 16
static const char *on_file[MOST_RECORDS] = {
    RECORD("01", "2018-01-08T10:00:00Z", "supervision_started",
           "{\"sentence_id\":\"s1\",\"sentence_type\":\"community_order\",\"ends_on\":\"2019-01-07\","
           "\"index_offence\":\"assault\",\"index_offence_is_domestic_abuse\":\"yes\",\"sex\":\"male\"}"),
    RECORD("02", "2018-01-08T11:00:00Z", "person_identified",
           "{\"person\":\"p1\",\"group\":\"known_adult\",\"relation\":\"partner\",\"victim\":\"yes\","
           "\"in_household\":\"yes\"}"),
    RECORD("03", "2018-01-10T09:00:00Z", "person_identified",
           "{\"person\":\"c1\",\"group\":\"child\",\"relation\":\"child\",\"in_household\":\"yes\"}"),
    RECORD("04", "2018-01-22T15:00:00Z", "risk_assessed",
           "{\"levels\":{\"known_adult\":\"medium\",\"children\":\"medium\",\"public\":\"low\",\"staff\":\"low\"},"
           "\"stage\":\"initial\",\"signed\":\"yes\",\"tool\":\"oasys\",\"assessor\":\"ro-1\","
           "\"person_involved\":\"yes\"}"),
};
static uint64_t on_file_count = 4;

/* What went wrong, as the library says it; then the end. */
static void stop_at(const char *doing) {
    fprintf(stderr, "%s: %s\n", doing, risk_last_error_message());
    exit(EXIT_FAILURE);
}

/* The case as the engine sees it, made from what the host has on file. */
static risk_case *open_case(void) {
    risk_case *the_case = NULL;
    uint64_t i;
    if (risk_case_new(CASE, strlen(CASE), &the_case) != RISK_OK) {
        stop_at("open the case");
    }
    for (i = 0; i < on_file_count; i++) {
        if (risk_case_append(the_case, on_file[i], strlen(on_file[i]), NULL, NULL, 0, NULL) != RISK_OK) {
            stop_at("read what is on file");
        }
    }
    return the_case;
}

/* The answer for the responsible officer at half past nine on the morning of 5 February. */
static risk_assessment *ask(const risk_case *the_case, const risk_policy *policy) {
    risk_assessment *answer = NULL;
    risk_question question = {0};
    question.size = sizeof question;
    question.at_text = RISK_STR("2018-02-05 09:30");
    question.audience = RISK_STR("responsible_officer");
    if (risk_case_assess(the_case, policy, &question, &answer) != RISK_OK) {
        stop_at("ask");
    }
    return answer;
}

/* A new record: first the engine, which refuses what it cannot read; then the file. `seen` is how many records there were
   when somebody began to write this one, so that two people do not write past each other. */
static void learn(risk_case *the_case, const char *record, uint64_t seen) {
    risk_appended appended;
    const risk_status status = risk_case_append(the_case, record, strlen(record), &seen, NULL, 0, &appended);
    if (status != RISK_OK) {
        printf("REFUSED, and nothing was stored (%s):\n  %s\n\n", risk_status_name(status), risk_last_error_message());
    } else if (appended.added == 1 && on_file_count < MOST_RECORDS) {
        on_file[on_file_count++] = record;
    }
}

static void print(const char *heading, risk_status status, risk_buf *text) {
    if (status != RISK_OK) {
        stop_at(heading);
    }
    printf("%s\n\n%s\n", heading, text->data);
    risk_buf_free(text);
}

int main(void) {
    static const char call_out[] = RECORD("05", "2018-02-05T08:40:00Z", "police_call_out",
                                          "{\"persons\":[\"p1\"],\"children_present\":\"unknown\","
                                          "\"outcome\":\"no_further_action\"}");
    static const char mistyped[] = RECORD("06", "2018-02-05T09:00:00Z", "police_call_out", "{\"outcome\":\"nfa\"}");
    risk_policy *policy = NULL;
    risk_case *the_case;
    risk_assessment *before, *after;
    risk_buf text = {0};

    if (risk_abi_version() != RISK_ABI_VERSION || risk_policy_load(NULL, &policy) != RISK_OK) {
        stop_at("load the policy");
    }
    the_case = open_case();
    before = ask(the_case, policy);

    learn(the_case, call_out, 4);
    after = ask(the_case, policy);
    print("WHAT THE CALL-OUT BRINGS", risk_assessment_told(before, after, &text), &text);
    print("WHAT MUST NOW BE DONE, AND WHY", risk_assessment_text(after, policy, RISK_AGENDA, &text), &text);

    learn(the_case, mistyped, 5);
    learn(the_case, RECORD("07", "2018-02-05T09:10:00Z", "appointment_attended", "{}"), 4);

    risk_assessment_free(before);
    risk_assessment_free(after);
    risk_case_free(the_case);
    risk_policy_free(policy);
    return EXIT_SUCCESS;
}
