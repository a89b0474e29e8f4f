/* The answers to the conformance cases are those of the reference, byte for byte.
   RISK_FRAMES: the cases as frames. RISK_CASES: how many of them, evenly spread (all). */
#include "frames.h"

static int same(const risk_buf *found, risk_str expected) {
    return found->len == expected.len && memcmp(found->data, expected.data, expected.len) == 0;
}

/* Whether the engine refuses what is to be refused, somewhere on the way. */
static void refused(const risk_policy *policy, const struct frame *asked_case) {
    const risk_question asked_for = question_of(asked_case);
    risk_case *held = NULL;
    risk_assessment *answer = NULL;
    if (risk_case_read(asked_case->log.data, asked_case->log.len, &held) == RISK_OK) {
        CHECK(risk_case_assess(held, policy, &asked_for, &answer) != RISK_OK);
    }
    risk_assessment_free(answer);
    risk_case_free(held);
}

static void answered(const risk_policy *policy, const struct frame *asked_case) {
    const risk_question asked_for = question_of(asked_case);
    risk_case *held = NULL;
    risk_assessment *answer = NULL;
    risk_buf json = {0}, kept = {0};
    STATUS(RISK_OK, risk_case_read(asked_case->log.data, asked_case->log.len, &held));
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &answer));
    STATUS(RISK_OK, risk_assessment_json(answer, &json));
    if (!same(&json, asked_case->answer)) {
        char title[256];
        snprintf(title, sizeof title, "the answer of the reference to \"%.*s\"", (int)asked_case->title.len,
                 asked_case->title.data);
        complain(__FILE__, __LINE__, title, json.data);
    }
    STATUS(RISK_OK, risk_case_records(held, 0, &kept));
    CHECK(same(&kept, asked_case->log));
    risk_buf_free(&json);
    risk_buf_free(&kept);
    risk_assessment_free(answer);
    risk_case_free(held);
}

static void every_answer_is_that_of_the_reference(void) {
    size_t len = 0;
    long total = 0, compared = 0, number = 0;
    char *text = whole_file(getenv("RISK_FRAMES"), &len);
    const char *at = text;
    struct frame asked_case;
    risk_policy *england_wales = embedded();
    while (next_frame(&at, text + len, &asked_case)) {
        total += 1;
    }
    at = text;
    for (long wanted = asked("RISK_CASES", total); next_frame(&at, text + len, &asked_case); number++) {
        risk_policy *own = NULL;
        /* Case `number` is one of `wanted` evenly spread ones where the count of those goes up at it. */
        if (wanted < total && (number + 1) * wanted / total == number * wanted / total) {
            continue;
        }
        if (!is_embedded(&asked_case)) {
            own = policy_of_frame(&asked_case);
        }
        if (asked_case.error.data != NULL) {
            refused(own == NULL ? england_wales : own, &asked_case);
        } else {
            answered(own == NULL ? england_wales : own, &asked_case);
        }
        risk_policy_free(own);
        compared += 1;
    }
    printf("      %ld of %ld cases\n", compared, total);
    CHECK(compared > 0);
    risk_policy_free(england_wales);
    free(text);
}

int main(void) {
    RUN(every_answer_is_that_of_the_reference);
    return verdict("conformance");
}
