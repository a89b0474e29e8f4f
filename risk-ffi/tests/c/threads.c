/* Many threads at once: on one policy, on cases of their own, and on one case that all read and one writes.
   RISK_FRAMES: cases to ask about. RISK_ROUNDS: how often each thread asks (50). RISK_READING_ONLY: where set, nothing is
   changed while threads run, so that no lock is needed, and a tool that cannot see the library's locks may watch. */
#include "frames.h"

#define THREADS 8
#define MOST_CASES 256

static risk_policy *policy;
static struct frame *cases;
static long case_count;
static long rounds;

static void ask(const risk_case *held, const struct frame *of) {
    const risk_question asked_for = question_of(of);
    risk_assessment *answer = NULL;
    risk_buf json = {0};
    STATUS(RISK_OK, risk_case_assess(held, policy, &asked_for, &answer));
    STATUS(RISK_OK, risk_assessment_json(answer, &json));
    CHECK(json.len == of->answer.len && memcmp(json.data, of->answer.data, json.len) == 0);
    risk_buf_free(&json);
    risk_assessment_free(answer);
}

static void *asks_about_cases_of_its_own(void *number) {
    for (long i = 0; i < rounds; i++) {
        const struct frame *of = &cases[(*(long *)number + i * THREADS) % case_count];
        risk_case *held = NULL;
        STATUS(RISK_OK, risk_case_read(of->log.data, of->log.len, &held));
        ask(held, of);
        risk_case_free(held);
    }
    return NULL;
}

static void in_threads(void *(*work)(void *)) {
    pthread_t running[THREADS];
    long numbers[THREADS];
    for (long i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&running[i], NULL, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(running[i], NULL) == 0);
    }
}

static void many_threads_ask_about_many_cases_under_one_policy(void) { in_threads(asks_about_cases_of_its_own); }

static risk_case *shared;

static void *asks_about_the_same_case(void *number) {
    (void)number;
    for (long i = 0; i < rounds; i++) {
        ask(shared, &cases[0]);
    }
    return NULL;
}

static void many_threads_ask_about_one_case(void) {
    STATUS(RISK_OK, risk_case_read(cases[0].log.data, cases[0].log.len, &shared));
    in_threads(asks_about_the_same_case);
    risk_case_free(shared);
}

/* Record `number` of one thread: a missed appointment of its own day. */
static void appointment(char *into, size_t size, int number) {
    snprintf(into, size,
             "{\"event_id\":\"40000000-0000-4000-8000-%012d\",\"case_id\":\"" CASE_ID
             "\",\"occurred_at\":\"2018-02-01T10:00:00.%06dZ\",\"recorded_at\":\"2018-02-01T10:00:00.%06dZ\","
             "\"source\":{\"agency\":\"probation\"},\"kind\":\"appointment_attended\",\"data\":{}}",
             number, number, number);
}

/* Thread 0 appends; the others see a log that only grows, of whole records, and an answer to each state of it. */
static void *appends_or_asks(void *number) {
    const risk_question asked_for = question("2018-02-05", "manager");
    uint64_t seen = 0;
    char line[512];
    for (int i = 0; i < (int)rounds; i++) {
        if (*(long *)number == 0) {
            appointment(line, sizeof line, i);
            STATUS(RISK_OK, risk_case_append(shared, line, strlen(line), NULL, NULL, 0, NULL));
        } else {
            risk_assessment *answer = NULL;
            risk_buf out = {0};
            uint64_t length = length_of(shared);
            CHECK(length >= seen && length <= 1 + (uint64_t)rounds);
            seen = length;
            STATUS(RISK_OK, risk_case_assess(shared, policy, &asked_for, &answer));
            STATUS(RISK_OK, risk_case_records(shared, length - 1, &out));
            CHECK(out.len > 0 && out.data[0] == '{' && out.data[out.len - 1] == '\n');
            risk_buf_free(&out);
            risk_assessment_free(answer);
        }
    }
    return NULL;
}

static void one_thread_appends_while_others_ask(void) {
    shared = case_of(STARTED);
    in_threads(appends_or_asks);
    CHECK(length_of(shared) == 1 + (uint64_t)rounds);
    risk_case_free(shared);
}

/* All append at once, each its own record and one that all have. */
static void *appends(void *number) {
    char line[512];
    for (int i = 0; i < (int)rounds; i++) {
        appointment(line, sizeof line, (int)*(long *)number * 10000 + i);
        STATUS(RISK_OK, risk_case_append(shared, line, strlen(line), NULL, NULL, 0, NULL));
        STATUS(RISK_OK, risk_case_append(shared, CALL_OUT, strlen(CALL_OUT), NULL, NULL, 0, NULL));
        STATUS(RISK_BAD_RECORD, risk_case_append(shared, "{}", 2, NULL, NULL, 0, NULL));
        JSON("\"code\":20");
    }
    return NULL;
}

static void what_many_threads_append_is_all_there_once(void) {
    shared = case_of(STARTED);
    in_threads(appends);
    CHECK(length_of(shared) == 2 + (uint64_t)(THREADS * rounds));
    risk_case_free(shared);
}

/* Asks until a call ends otherwise than well. */
static void *asks_until_it_is_cancelled(void *given) {
    const risk_question *asked_for = given;
    risk_status status = RISK_OK;
    while (status == RISK_OK) {
        risk_assessment *answer = NULL;
        status = risk_case_assess(shared, policy, asked_for, &answer);
        risk_assessment_free(answer);
    }
    CHECK(status == RISK_CANCELLED);
    HAS(risk_last_error_message(), "cancelled");
    return NULL;
}

static void calls_that_are_cancelled_on_another_thread_end_and_give_nothing(void) {
    risk_question asked_for = question("2018-02-05", "manager");
    risk_assessment *answer = UNTOUCHED;
    risk_buf out = {0};
    risk_cancel *stop = NULL;
    pthread_t running[THREADS];
    shared = case_of(STARTED PARTNER CALL_OUT);
    STATUS(RISK_OK, risk_cancel_new(&stop));
    asked_for.cancel = stop;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&running[i], NULL, asks_until_it_is_cancelled, &asked_for) == 0);
    }
    STATUS(RISK_OK, risk_cancel_request(stop));
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(running[i], NULL) == 0);
    }
    STATUS(RISK_OK, risk_cancel_request(stop));
    STATUS(RISK_CANCELLED, risk_case_assess(shared, policy, &asked_for, &answer));
    STATUS(RISK_CANCELLED, risk_case_explain(shared, policy, &asked_for, NULL, 0, &out));
    STATUS(RISK_CANCELLED, risk_case_why_not(shared, policy, &asked_for, "plw-raised-risk", 15, &out));
    CHECK(answer == UNTOUCHED && out.data == NULL);
    JSON("\"name\":\"RISK_CANCELLED\"");
    asked_for.cancel = NULL;
    STATUS(RISK_OK, risk_case_assess(shared, policy, &asked_for, &answer));
    risk_assessment_free(answer);
    /* Nothing that is no request passes for one. */
    asked_for.cancel = (const risk_cancel *)shared;
    STATUS(RISK_BAD_HANDLE, risk_case_assess(shared, policy, &asked_for, &answer));
    MESSAGE("question.cancel");
    STATUS(RISK_NULL_POINTER, risk_cancel_new(NULL));
    STATUS(RISK_NULL_POINTER, risk_cancel_request(NULL));
    STATUS(RISK_BAD_HANDLE, risk_cancel_request((const risk_cancel *)policy));
    risk_cancel_free(NULL);
    risk_cancel_free(stop);
    risk_case_free(shared);
}

int main(void) {
    size_t len = 0;
    char *text = whole_file(getenv("RISK_FRAMES"), &len);
    const char *at = text;
    struct frame *one = malloc(sizeof *one);
    cases = calloc(MOST_CASES, sizeof *cases);
    policy = embedded();
    rounds = asked("RISK_ROUNDS", 50);
    while (one != NULL && cases != NULL && case_count < MOST_CASES && next_frame(&at, text + len, one)) {
        if (is_embedded(one) && one->answer.data != NULL) {
            cases[case_count++] = *one;
        }
    }
    printf("   %d threads, %ld rounds, %ld cases\n", THREADS, rounds, case_count);
    CHECK(case_count > 0);
    RUN(many_threads_ask_about_many_cases_under_one_policy);
    RUN(many_threads_ask_about_one_case);
    if (getenv("RISK_READING_ONLY") == NULL) {
        RUN(calls_that_are_cancelled_on_another_thread_end_and_give_nothing);
        RUN(one_thread_appends_while_others_ask);
        RUN(what_many_threads_append_is_all_there_once);
    }
    risk_policy_free(policy);
    free(cases);
    free(one);
    free(text);
    return verdict("threads");
}
