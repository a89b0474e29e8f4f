/*
 * The C side of `cargo xtask bench ffi`: reads cases from the file that the first line of standard input names, then answers
 * each further line with the nanoseconds that one case took: append one record, assess, write the answer as JSON.
 */
#define _POSIX_C_SOURCE 199309L
#include <risk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct text {
  char *data;
  size_t len;
};

struct sample {
  struct text log, record, at;
  risk_case *held;
};

static void stop(const char *why) {
  fprintf(stderr, "ffi.c: %s: %s\n", why, risk_last_error_message());
  exit(1);
}

/* A field of a case: `name length`, a line feed, so many bytes, a line feed. An empty line ends a case. */
static struct sample *read_samples(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  struct sample *samples = NULL;
  char line[128];
  int begun = 0;
  *count = 0;
  if (file == NULL) stop("no such file");
  while (fgets(line, sizeof line, file) != NULL) {
    char name[64];
    size_t len;
    struct text text;
    struct sample *sample;
    if (line[0] == '\n') {
      begun = 0;
      continue;
    }
    if (sscanf(line, "%63s %zu", name, &len) != 2) stop("a field expected");
    if (!begun) {
      samples = realloc(samples, (*count + 1) * sizeof *samples);
      if (samples == NULL) stop("no memory");
      memset(&samples[(*count)++], 0, sizeof *samples);
      begun = 1;
    }
    text.data = malloc(len + 1);
    text.len = len;
    if (text.data == NULL || fread(text.data, 1, len, file) != len || fgetc(file) != '\n') stop("a field cut short");
    text.data[len] = '\0';
    sample = &samples[*count - 1];
    if (strcmp(name, "log") == 0) sample->log = text;
    else if (strcmp(name, "record") == 0) sample->record = text;
    else if (strcmp(name, "at") == 0) sample->at = text;
    else stop("an unknown field");
  }
  fclose(file);
  return samples;
}

static double nanoseconds_per_case(const risk_policy *policy, struct sample *samples, size_t count) {
  struct timespec began, ended;
  size_t i;
  for (i = 0; i < count; i++)
    if (risk_case_read(samples[i].log.data, samples[i].log.len, &samples[i].held) != RISK_OK) stop("read");
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (i = 0; i < count; i++) {
    struct sample *s = &samples[i];
    risk_question question = {0};
    risk_assessment *answer;
    risk_buf json;
    question.size = sizeof question;
    question.at_text.data = s->at.data;
    question.at_text.len = s->at.len;
    question.audience = RISK_STR("responsible_officer");
    if (risk_case_append(s->held, s->record.data, s->record.len, NULL, NULL, 0, NULL) != RISK_OK) stop("append");
    if (risk_case_assess(s->held, policy, &question, &answer) != RISK_OK) stop("assess");
    if (risk_assessment_json(answer, &json) != RISK_OK) stop("json");
    risk_buf_free(&json);
    risk_assessment_free(answer);
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  for (i = 0; i < count; i++) risk_case_free(samples[i].held);
  return ((double)(ended.tv_sec - began.tv_sec) * 1e9 + (double)(ended.tv_nsec - began.tv_nsec)) / (double)count;
}

int main(void) {
  char line[4096];
  risk_policy *policy;
  struct sample *samples;
  size_t count;
  if (fgets(line, sizeof line, stdin) == NULL) stop("no file named");
  line[strcspn(line, "\n")] = '\0';
  samples = read_samples(line, &count);
  if (risk_policy_load(NULL, &policy) != RISK_OK) stop("policy");
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%.0f\n", nanoseconds_per_case(policy, samples, count));
    fflush(stdout);
  }
  risk_policy_free(policy);
  return 0;
}
