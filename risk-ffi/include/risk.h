/**
 * librisk: what must happen next in a domestic abuse case in probation, and why.
 *
 * A host holds the log of a case (risk_case), folds it with a policy (risk_policy), and gets an answer (risk_assessment): the
 * current classification of risk of serious harm, and the required actions with owner, deadline and status, each with the
 * events, the rule and the source that it comes from. Answers need no clock, no files and no network: the same calls give the
 * same answers, to the byte. A host without a store of its own opens one (risk_store), a file or a PostgreSQL database, which
 * keeps the logs of many cases for good, and asks that; a store alone looks at the system's clock. Messages of the HMPPS estate
 * become records through an importer (risk_hmpps).
 *
 *     risk_policy *policy = NULL;
 *     risk_case *the_case = NULL;
 *     risk_assessment *answer = NULL;
 *     risk_buf json = {0};
 *     risk_question question = {0};
 *     question.size = sizeof question;
 *     question.at_text = RISK_STR("2018-04-18");
 *     question.audience = RISK_STR("responsible_officer");
 *     if (risk_policy_load(NULL, &policy) != RISK_OK
 *         || risk_case_read(lines, strlen(lines), &the_case) != RISK_OK
 *         || risk_case_assess(the_case, policy, &question, &answer) != RISK_OK
 *         || risk_assessment_json(answer, &json) != RISK_OK)
 *         fprintf(stderr, "%s\n", risk_last_error_message());
 *     else
 *         puts(json.data);
 *     risk_buf_free(&json);
 *     risk_assessment_free(answer);
 *     risk_case_free(the_case);
 *     risk_policy_free(policy);
 *
 * Conventions, for every function:
 *
 * - Status. A function that can fail returns a risk_status, RISK_OK or a number that is frozen. Results come through the last
 *   parameters, which are written on success only.
 * - Text is UTF-8: a pointer and a length in bytes, no NUL needed. What must be given and is NULL is RISK_NULL_POINTER.
 * - Times are int64_t microseconds since 1970 UTC, or text. Records and answers are JSON.
 * - Ownership. What comes through `out` is the caller's, to be freed by the library's own function and never by free(). What
 *   goes in is copied. Handles may be freed in any order and on any thread. Freeing NULL does nothing. Using a handle
 *   after it was freed, freeing it twice, or passing a pointer that is no handle is a fault of the caller. The library detects it by
 *   a word at the start of each handle, as long as that memory can be read and was not used again, and returns RISK_BAD_HANDLE.
 * - Threads. Calls that take a handle as `const` may run on any number of threads at once, also beside a call that changes it;
 *   calls that change a handle wait for each other. A handle may be freed when no other call with it runs.
 * - Errors. What went wrong stands, as a sentence and as JSON, on the thread (risk_last_error_message()) and on the handle that
 *   led the call, its first parameter unless said otherwise (risk_case_last_error_message()). No error tells a record's data
 *   or note.
 * - Defects. A defect of the library never reaches the caller as more than RISK_PANIC: nothing is written, and the handle that
 *   led the call answers RISK_POISONED until it is freed. Others are not touched. The report for the library's makers goes to
 *   standard error. Running out of memory ends the process.
 * - Growth. Structs that may grow begin with their size. A program built with an older header runs with a newer library of the
 *   same RISK_ABI_VERSION; one built with a newer header runs with an older library as long as it leaves newer members zero.
 *
 * Generated from the sources in risk-ffi/src by `cargo xtask docs`; do not edit.
 */

#ifndef RISK_H
#define RISK_H

#include <stddef.h>
#include <stdint.h>

/** A risk_str of a string literal, to be assigned to a member of a struct. */
#ifdef __cplusplus
#define RISK_STR(literal) (risk_str{(literal), sizeof(literal) - 1})
#else
#define RISK_STR(literal) ((risk_str){(literal), sizeof(literal) - 1})
#endif

/**
 * Done.
 */
#define RISK_OK 0

/**
 * The caller: a pointer that must be given is NULL.
 */
#define RISK_NULL_POINTER 1

/**
 * The caller: a text is not UTF-8.
 */
#define RISK_NOT_UTF8 2

/**
 * The caller: a `size` that no version of the struct has, a tail of it that is not zero, or a length that cannot be.
 */
#define RISK_BAD_SIZE 3

/**
 * The caller: a moment that is none, or none where one is needed, or two where one is meant.
 */
#define RISK_BAD_TIME 4

/**
 * The caller: a word that is not of its list: a lens, an audience, a kind, an action, a group, a rule, a schema.
 */
#define RISK_BAD_WORD 5

/**
 * The caller: two things that do not belong together, such as answers about two cases.
 */
#define RISK_MISMATCH 6

/**
 * The caller: a handle that was freed, or a pointer to something else than the handle that was expected. It is detected as far as
 * the memory behind the pointer shows it.
 */
#define RISK_BAD_HANDLE 7

/**
 * The caller: a call with a store from within the function that gives that store its keys.
 */
#define RISK_REENTRANT_CALL 8

/**
 * A record that is malformed, or that the log cannot take.
 */
#define RISK_BAD_RECORD 20

/**
 * The log has grown, or is another, since the caller read it.
 */
#define RISK_POSITION_CONFLICT 40

/**
 * The log has a record of that event_id which says something else.
 */
#define RISK_EVENT_CONFLICT 41

/**
 * A sealed log and no stamps, a plain one and stamps, too few of them, or one that cannot be.
 */
#define RISK_BAD_STAMP 42

/**
 * A sealed log is not what was sealed.
 */
#define RISK_TAMPERED 43

/**
 * A policy that has errors.
 */
#define RISK_BAD_POLICY 60

/**
 * The policy grants this audience no answer.
 */
#define RISK_NO_VIEW 61

/**
 * The policy does not let this audience see why.
 */
#define RISK_NO_REASONS 62

/**
 * The work was ended early by the caller's request.
 */
#define RISK_CANCELLED 70

/**
 * The case takes more work than its budget allows.
 */
#define RISK_OVER_BUDGET 71

/**
 * There is no store at that place.
 */
#define RISK_STORE_MISSING 80

/**
 * What is at that place is no store, or has a form that this version does not read: a newer one, or an older one that cannot be
 * brought up to date.
 */
#define RISK_BAD_STORE 81

/**
 * The store is in use: another writer went on for longer than the caller's patience. Nothing was written.
 */
#define RISK_STORE_BUSY 82

/**
 * The file or the server cannot be reached. Nothing was written.
 */
#define RISK_STORE_UNREACHABLE 83

/**
 * The connection broke while the store was writing: all of it was kept, or nothing. Done again, nothing is kept twice.
 */
#define RISK_STORE_UNCONFIRMED 84

/**
 * There is no room for what is to be written. Nothing was written.
 */
#define RISK_STORE_FULL 85

/**
 * The store may not be written to. Nothing was written.
 */
#define RISK_STORE_READ_ONLY 86

/**
 * The store is damaged.
 */
#define RISK_STORE_DAMAGED 87

/**
 * The database or the system says something that has no number here. Nothing was written.
 */
#define RISK_STORE_FAILED 88

/**
 * Nothing of that name is in the store.
 */
#define RISK_NOT_FOUND 89

/**
 * The reader is excluded from the case. That it was asked for is written down.
 */
#define RISK_EXCLUDED 90

/**
 * The case's payloads are encrypted, and the key is not given, or is another.
 */
#define RISK_NO_KEY 91

/**
 * The identifier stands for another case.
 */
#define RISK_TAKEN 92

/**
 * The file of the store, or its write-ahead log, was moved, removed or replaced. Nothing was written.
 */
#define RISK_STORE_MOVED 95

/**
 * The place of a follower is beyond the end of the store, which was restored or replaced.
 */
#define RISK_BEYOND_END 96

/**
 * An earlier call with this handle met a defect of the library. The handle can only be freed.
 */
#define RISK_POISONED 98

/**
 * A defect of the library. Nothing was written; the handle can from now on only be freed.
 */
#define RISK_PANIC 99

/**
 * The version of this header, in three parts.
 */
#define RISK_VERSION_MAJOR 0

/**
 * The version of this header, in three parts.
 */
#define RISK_VERSION_MINOR 1

/**
 * The version of this header, in three parts.
 */
#define RISK_VERSION_PATCH 0

/**
 * The version of this header as one number: MAJOR * 1000000 + MINOR * 1000 + PATCH.
 */
#define RISK_VERSION_NUMBER 1000

/**
 * The version of the binary interface: a program runs with a library that has the same.
 */
#define RISK_ABI_VERSION 0

/**
 * What risk_assessment_next_change() gives where nothing changes without a new event: the greatest int64_t.
 */
#define RISK_NEVER INT64_MAX

/**
 * For risk_assessment_text(): what matters now.
 */
#define RISK_AGENDA 0

/**
 * For risk_assessment_text(): also the steps, whatever else is open, and what was done.
 */
#define RISK_ALL 1

/**
 * An answer: unchangeable, and independent of the case and the policy that it was made with. Any number of threads may use
 * one at once.
 */
typedef struct risk_assessment risk_assessment;

/**
 * A request to end calls early, made on one thread while a call runs on another. It is given with a question (`cancel`) or to a
 * handle of a store (risk_store_with_cancel()), to as many calls as the caller likes, and once made it stays made.
 */
typedef struct risk_cancel risk_cancel;

/**
 * The log of one case. `const` calls may run on any number of threads at once; calls that change it wait for each other and
 * for those.
 */
typedef struct risk_case risk_case;

/**
 * Imports messages of the HMPPS estate. It never changes, and is used from any number of threads at once.
 */
typedef struct risk_hmpps risk_hmpps;

/**
 * A policy: checked, compiled, and unchangeable. Any number of threads may use one at once.
 */
typedef struct risk_policy risk_policy;

/**
 * A store of cases. Calls on one handle take turns, on however many threads; several processes may open one store at once.
 */
typedef struct risk_store risk_store;

/**
 * How a call ended: 0, or what was wrong. Numbers are frozen; a later version may add to them.
 */
typedef int32_t risk_status;

/**
 * A text that the library gives. It belongs to the caller, who hands it to risk_buf_free() when done, and never to free().
 */
typedef struct risk_buf {
  /**
   * UTF-8. A NUL stands behind the last byte, so that it can be printed as it is.
   */
  const char *data;
  /**
   * How many bytes, without the NUL.
   */
  size_t len;
  /**
   * The library's own.
   */
  void *owner;
} risk_buf;

/**
 * A text within a struct: UTF-8, not NUL-terminated, owned by the caller. No bytes, as in a struct set to zero: not
 * given. `RISK_STR("text")` makes one of a string literal.
 */
typedef struct risk_str {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * How many bytes.
   */
  size_t len;
} risk_str;

/**
 * A file of a policy.
 */
typedef struct risk_file {
  /**
   * Its name, for messages: `england-wales/levels.toml`.
   */
  struct risk_str name;
  /**
   * What it holds: TOML.
   */
  struct risk_str text;
} risk_file;

/**
 * Which policy. Set it to zero, then `size`, then what is wanted.
 */
typedef struct risk_policy_options {
  /**
   * sizeof(risk_policy_options), so that the struct may grow.
   */
  uint32_t size;
  /**
   * The files of the policy; NULL: the pack for England and Wales that is built in.
   */
  const struct risk_file *files;
  /**
   * How many files.
   */
  size_t files_len;
  /**
   * Local overlays, which set parameters and add rules; NULL: none.
   */
  const struct risk_file *overlays;
  /**
   * How many overlays.
   */
  size_t overlays_len;
  /**
   * The locality whose parameters and rules count; not given: none.
   */
  struct risk_str locality;
} risk_policy_options;

/**
 * What the host adds to a record of a sealed log.
 */
typedef struct risk_stamp {
  /**
   * When the log takes the record, in microseconds since 1970 UTC: never before the record's `recorded_at`, nor before
   * the last record's stamp.
   */
  int64_t appended_at;
  /**
   * Fresh random bytes from a good source. They keep the record's digest from being guessed once its payload is erased.
   */
  uint8_t salt[16];
} risk_stamp;

/**
 * What became of an append.
 */
typedef struct risk_appended {
  /**
   * How many records the log has now.
   */
  uint64_t length;
  /**
   * How many of those given are new; the log had the others already, with the same content.
   */
  uint64_t added;
} risk_appended;

/**
 * What is asked of a case: the moment, from where, for whom. Set it to zero, then `size`, a moment and an audience.
 *
 * A moment is given as microseconds since 1970 UTC, or as text: `2018-04-18` (the end of that day in London),
 * `2018-02-06 15:00` (London), `2018-02-06T15:00:00Z` (RFC 3339). Zero microseconds and no text: not given. A number within a year of
 * 1970 is refused, as it is one of seconds or of milliseconds; a moment there is given as text.
 *
 * Example: `risk_question q = {0}; q.size = sizeof q; q.at_text = RISK_STR("2018-04-18"); q.audience = RISK_STR("manager");`
 */
typedef struct risk_question {
  /**
   * sizeof(risk_question), so that the struct may grow.
   */
  uint32_t size;
  /**
   * The moment, in microseconds since 1970 UTC. Either this or `at_text` must be given.
   */
  int64_t at;
  /**
   * Only what was recorded by then counts, in microseconds since 1970 UTC. Not given: as `at`, in hindsight everything.
   */
  int64_t known_at;
  /**
   * The moment, as text.
   */
  struct risk_str at_text;
  /**
   * The same as `known_at`, as text.
   */
  struct risk_str known_at_text;
  /**
   * `as_known`: what the service knew, as it came to know it; `hindsight`: all that is known, placed when it happened. Not
   * given: `as_known`.
   */
  struct risk_str lens;
  /**
   * Who reads the answer: `responsible_officer`, `partner_link_worker`, `programmes_team`, `manager`, `inspector`,
   * `analyst`, `partner_agency` or `supervised_person`. It must be given: the answer holds what the policy lets that
   * reader see, and nothing else.
   */
  struct risk_str audience;
  /**
   * The kinds of event that the host can deliver at all; the answer then names the rules that are blind. NULL: all.
   */
  const struct risk_str *feeds;
  /**
   * How many kinds.
   */
  size_t feeds_len;
  /**
   * Ends the call early once it is requested, on whatever thread (risk_cancel_request()): the call returns RISK_CANCELLED. NULL: it
   * goes on to its end.
   */
  const struct risk_cancel *cancel;
} risk_question;

/**
 * Gives the key of a case: writes 32 bytes to `key` and returns 1; or returns 0 where there is none, or none any more.
 *
 * It is called within calls with the store, on the thread of that call and while other calls with it wait; so it must not call
 * the store itself, which gives RISK_REENTRANT_CALL, nor free it, and must return (no longjmp, no exception). `case_id` is the case's UUID as 36 characters with a NUL behind
 * them, and lives until it returns.
 */
typedef int32_t (*risk_store_key)(void *context, const char *case_id, uint8_t *key);

/**
 * How a store is opened. Set it to zero, then `size` and `place`.
 */
typedef struct risk_store_options {
  /**
   * sizeof(risk_store_options), so that the struct may grow.
   */
  uint32_t size;
  /**
   * 1: make the store where there is none; a database has to be there. 0: there must be one.
   */
  uint32_t make;
  /**
   * A file, or a database as `postgres://USER@HOST/DATABASE?sslrootcert=PATH`, whose connection is encrypted and whose server's
   * certificate is checked unless `sslmode` says otherwise: docs/store.md has all parameters. It must be given.
   */
  struct risk_str place;
  /**
   * How long to wait for another writer, and to go on trying where the connection breaks, in milliseconds. 0: ten seconds.
   */
  uint64_t patience_ms;
  /**
   * Gives the key of each case, with which its payloads are encrypted in the store; NULL: they are kept as they are.
   */
  risk_store_key key;
  /**
   * What `key` is called with. It must be such that any thread may use it, and live until the last handle of the store is freed.
   */
  void *key_context;
} risk_store_options;

/**
 * What became of records that a store was given.
 */
typedef struct risk_stored {
  /**
   * How many are new; the store had the others already, with the same content.
   */
  uint64_t added;
  /**
   * Where the last one given stands in the log of its case, from 1.
   */
  uint64_t position;
} risk_stored;

/**
 * A person who reads an answer. Each reading is written down in the store, with the audience of the question. Set it to zero,
 * then `size` and `id`.
 */
typedef struct risk_reader {
  /**
   * sizeof(risk_reader), so that the struct may grow.
   */
  uint32_t size;
  /**
   * The host's own opaque id of the person: 1 to 64 letters, digits or `. _ : -`. It must be given.
   */
  struct risk_str id;
  /**
   * What for: a word or a reference of the host's, such as `supervision` or `complaint:4711`, of the same form. Not given:
   * none is written down.
   */
  struct risk_str purpose;
} risk_reader;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library as one number, to be compared with RISK_VERSION_NUMBER.
 *
 * Ownership: none. Threads: any. Errors: none.
 *
 * Example: `assert(risk_version_number() == RISK_VERSION_NUMBER);`
 */
uint32_t risk_version_number(void);

/**
 * The version of the library's binary interface, to be compared with RISK_ABI_VERSION when a program starts.
 *
 * Ownership: none. Threads: any. Errors: none.
 *
 * Example: `if (risk_abi_version() != RISK_ABI_VERSION) return refuse();`
 */
uint32_t risk_abi_version(void);

/**
 * The version of the library as text, such as `0.1.0`.
 *
 * Ownership: static, never freed. Threads: any. Errors: none.
 *
 * Example: `printf("librisk %s\n", risk_version());`
 */
const char *risk_version(void);

/**
 * The name of a status, such as `RISK_BAD_RECORD`; `RISK_UNKNOWN_STATUS` for a number that this version does not know.
 *
 * Ownership: static, never freed. Threads: any. Errors: none.
 *
 * Example: `fprintf(stderr, "%s\n", risk_status_name(status));`
 */
const char *risk_status_name(risk_status status);

/**
 * What the last call that failed on this thread had to say, as one sentence or, for a policy, one a line: where, what was
 * expected, what was found. Empty where none has failed. It never tells a record's data or note.
 *
 * Ownership: the library's; valid until the next call of this library on this thread. Threads: each has its own. Errors:
 * none; a call that succeeds leaves it as it is.
 *
 * Example: `if (risk_policy_load(NULL, &policy) != RISK_OK) fprintf(stderr, "%s\n", risk_last_error_message());`
 */
const char *risk_last_error_message(void);

/**
 * The same as JSON: `{"code":20,"name":"RISK_BAD_RECORD","message":"…"}`, and where they are known `file`, `line`,
 * `column`, `event_id`, `case_id`, `position`, `field`, `expected`, `found`; of a policy with errors also `errors`, a list of
 * `{file, line, column, message}`. Empty where no call has failed.
 *
 * Ownership, threads, errors: as risk_last_error_message().
 *
 * Example: `log_line(risk_last_error_json());`
 */
const char *risk_last_error_json(void);

/**
 * The form of what the library reads and writes, as JSON Schema (2020-12): of a `record`, or of an `assessment`.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_WORD for another name.
 *
 * Example: `risk_schema("record", 6, &schema);`
 *
 * The caller's part: `of` points to `len` bytes; `out` to a place for the result.
 */
risk_status risk_schema(const char *of,
                        size_t len,
                        struct risk_buf *out);

/**
 * Frees what a buffer holds and empties it; freeing an empty one, or NULL, does nothing.
 *
 * Ownership: what the buffer holds is the library's again. Threads: any, one at a time for one buffer. Errors: none; a copy of
 * the struct is not emptied with it: freeing the copy too is the caller's fault.
 *
 * Example: `risk_buf_free(&json);`
 *
 * The caller's part: The buffer is one that the library filled, or all zero.
 */
void risk_buf_free(struct risk_buf *buf);

/**
 * Reads, checks and compiles a policy. Takes tens of milliseconds: do it once, and use it for every case.
 *
 * `options` may be NULL: the pack for England and Wales that is built in, without anything local.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_policy_free(); the texts are copied. Threads: any. Errors:
 * RISK_BAD_POLICY, with everything that is wrong in the JSON of the error; RISK_BAD_SIZE, RISK_NOT_UTF8,
 * RISK_NULL_POINTER.
 *
 * Example: `risk_policy *policy = NULL; risk_status s = risk_policy_load(NULL, &policy);`
 *
 * The caller's part: `options` and what it points to can be read; `out` is a place for the result.
 */
risk_status risk_policy_load(const struct risk_policy_options *options, struct risk_policy **out);

/**
 * Reads and checks a policy without keeping it, and says everything that is wrong with it as JSON:
 * `{"valid":true,"id":"…","version":"…","digest":"…","errors":[],"warnings":[{"file":…,"line":…,"column":…,"message":…}]}`.
 * The status is RISK_OK whether or not it is valid; `id`, `version` and `digest` are null where it is not.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_SIZE,
 * RISK_NOT_UTF8, RISK_NULL_POINTER.
 *
 * Example: `risk_policy_check(&options, &report); puts(report.data); risk_buf_free(&report);`
 *
 * The caller's part: As risk_policy_load().
 */
risk_status risk_policy_check(const struct risk_policy_options *options,
                              struct risk_buf *out);

/**
 * The digest of a policy's meaning: 64 hexadecimal digits, the same for the same rules however they are laid out. An answer
 * carries it in its receipt.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_policy_digest(policy, &digest); puts(digest.data); risk_buf_free(&digest);`
 *
 * The caller's part: `policy` is a handle that is not freed; `out` a place for the result.
 */
risk_status risk_policy_digest(const struct risk_policy *policy,
                               struct risk_buf *out);

/**
 * As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_policy_last_error_message(policy, &message);`
 *
 * The caller's part: As risk_policy_digest().
 */
risk_status risk_policy_last_error_message(const struct risk_policy *policy,
                                           struct risk_buf *out);

/**
 * As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership, threads, errors: as risk_policy_last_error_message().
 *
 * Example: `risk_policy_last_error_json(policy, &json);`
 *
 * The caller's part: As risk_policy_digest().
 */
risk_status risk_policy_last_error_json(const struct risk_policy *policy, struct risk_buf *out);

/**
 * Frees a policy. NULL is allowed. Answers made with it live on.
 *
 * Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
 * what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
 *
 * Example: `risk_policy_free(policy);`
 *
 * The caller's part: `policy` is NULL or a handle that is not freed.
 */
void risk_policy_free(struct risk_policy *policy);

/**
 * The empty log of a case.
 *
 * `case_id` is the case's UUID as text.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_case_free(). Threads: any. Errors: RISK_BAD_WORD for text that is
 * no UUID; RISK_NOT_UTF8, RISK_NULL_POINTER.
 *
 * Example: `risk_case_new("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", 36, &the_case);`
 *
 * The caller's part: `case_id` points to `len` bytes; `out` is a place for the result.
 */
risk_status risk_case_new(const char *case_id,
                          size_t len,
                          struct risk_case **out);

/**
 * A case from its records: JSON Lines, plain or sealed, in the log's order, as risk_case_records() gives them. A sealed log
 * is verified.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_case_free(); the text is copied. Threads: any. Errors:
 * RISK_BAD_RECORD with `line` and `field`, also for no record at all; RISK_TAMPERED; RISK_NOT_UTF8, RISK_NULL_POINTER.
 *
 * Example: `risk_case_read(lines, strlen(lines), &the_case);`
 *
 * The caller's part: `records` points to `len` bytes; `out` is a place for the result.
 */
risk_status risk_case_read(const char *records,
                           size_t len,
                           struct risk_case **out);

/**
 * Appends records, all or none: one, or many as JSON Lines. A record that the log has already, with the same content, is
 * taken and changes nothing, so that a delivery may be repeated. After an error the log is as it was.
 *
 * `expected_length` points to how many records the caller believes the log to have, or is NULL; it is not asked where nothing
 * is new. `stamps` is NULL for a plain log; for a sealed one it points to as many stamps as there are records. An empty log
 * becomes what its first records are.
 *
 * Ownership: the texts are copied; `out` may be NULL. Threads: any; it waits for other calls with this handle. Errors:
 * RISK_BAD_RECORD with `line`, `field`, `expected`, `found`; RISK_POSITION_CONFLICT with the lengths `expected` and `found`;
 * RISK_EVENT_CONFLICT with `event_id` and `position`; RISK_BAD_STAMP; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `uint64_t seen = 40; risk_case_append(the_case, line, strlen(line), &seen, NULL, 0, &appended);`
 *
 * The caller's part: `the_case` is a handle that is not freed; `records` points to `len` bytes, `stamps` to `stamps_len` stamps; `expected_length` and
 * `out` are NULL or what they should be.
 */
risk_status risk_case_append(struct risk_case *the_case,
                             const char *records,
                             size_t len,
                             const uint64_t *expected_length,
                             const struct risk_stamp *stamps,
                             size_t stamps_len,
                             struct risk_appended *out);

/**
 * Appends a `payload_erased` record, and removes data and note of the record that it names: what the law may demand. The
 * record stays in its place, and a sealed log stays intact. Done again, it changes nothing.
 *
 * `stamp` is NULL for a plain log. A text that was read out of the log before is the host's to erase.
 *
 * Ownership, threads: as risk_case_append(). Errors: as risk_case_append(); RISK_BAD_RECORD also where a correction still
 * holds data of the record, which is to be erased first.
 *
 * Example: `risk_case_erase(the_case, erasure, strlen(erasure), NULL, NULL, NULL);`
 *
 * The caller's part: As risk_case_append(), with one stamp or NULL.
 */
risk_status risk_case_erase(struct risk_case *the_case,
                            const char *record,
                            size_t len,
                            const uint64_t *expected_length,
                            const struct risk_stamp *stamp,
                            struct risk_appended *out);

/**
 * Seals a plain log: each record gets its place in a hash chain, so that a later change of any of them is found. A log that is
 * sealed already stays as it is, and needs no stamps.
 *
 * Ownership: nothing is kept of `stamps`, of which there are as many as records. Threads: any; it waits for other calls with
 * this handle. Errors: RISK_BAD_STAMP; RISK_BAD_RECORD for a stamp before its record; RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_case_seal(the_case, stamps, length);`
 *
 * The caller's part: `the_case` is a handle that is not freed; `stamps` points to `stamps_len` stamps.
 */
risk_status risk_case_seal(struct risk_case *the_case,
                           const struct risk_stamp *stamps,
                           size_t stamps_len);

/**
 * The records after a position, as JSON Lines in the exact bytes as kept: what a host stores. `after` = 0: all of them.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(); empty where there are none. Threads: any, at once.
 * Errors: RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_case_records(the_case, stored, &lines);`
 *
 * The caller's part: As risk_case_id().
 */
risk_status risk_case_records(const struct risk_case *the_case,
                              uint64_t after,
                              struct risk_buf *out);

/**
 * The case's UUID as text.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_case_id(the_case, &id); puts(id.data); risk_buf_free(&id);`
 *
 * The caller's part: `the_case` is a handle that is not freed; `out` a place for the result.
 */
risk_status risk_case_id(const struct risk_case *the_case,
                         struct risk_buf *out);

/**
 * How many records the log has: what the next risk_case_append() may expect.
 *
 * Ownership: none. Threads: any, at once. Errors: RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `uint64_t length; risk_case_length(the_case, &length);`
 *
 * The caller's part: As risk_case_id().
 */
risk_status risk_case_length(const struct risk_case *the_case, uint64_t *out);

/**
 * The hash of a sealed log's last record, 64 hexadecimal digits: kept elsewhere, it shows later that no end was cut off.
 * Empty for a plain log.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_case_head(the_case, &head);`
 *
 * The caller's part: As risk_case_id().
 */
risk_status risk_case_head(const struct risk_case *the_case,
                           struct risk_buf *out);

/**
 * Whether a sealed case is what was sealed, and goes on from a head kept elsewhere (NULL: none was), as JSON:
 * `{"intact":true,"records":40,"head":"…","expected_at":38}`; `expected_at` is the position of that head, or null.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_TAMPERED with the
 * `line`, the `position`, and in `field` how it showed: `unsealed`, `unreadable`, `layout`, `position`, `payload`, `header`,
 * `payload_missing` or `head`; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_case_verify(the_case, kept_head, 64, &report);`
 *
 * The caller's part: As risk_case_id(); `expected_head` points to `len` bytes or is NULL.
 */
risk_status risk_case_verify(const struct risk_case *the_case,
                             const char *expected_head,
                             size_t len,
                             struct risk_buf *out);

/**
 * The same for records that are not held as a case: a sealed log as it lies in a store.
 *
 * Ownership, errors: as risk_case_verify(). Threads: any.
 *
 * Example: `risk_records_verify(lines, strlen(lines), NULL, 0, &report);`
 *
 * The caller's part: `records` points to `len` bytes, `expected_head` to `head_len` or is NULL; `out` is a place for the result.
 */
risk_status risk_records_verify(const char *records,
                                size_t len,
                                const char *expected_head,
                                size_t head_len,
                                struct risk_buf *out);

/**
 * How the case stands, and what somebody now has to do.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_assessment_free(); it lives on without the case and the policy.
 * Threads: any, at once. Errors: RISK_BAD_TIME and RISK_BAD_WORD for the question, RISK_NO_VIEW where the policy grants the
 * audience nothing; RISK_CANCELLED; RISK_BAD_SIZE, RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_assessment *answer = NULL; risk_status s = risk_case_assess(the_case, policy, &question, &answer);`
 *
 * The caller's part: `the_case` and `policy` are handles that are not freed, `question` and what it points to can be read, `out` is a place for
 * the result.
 */
risk_status risk_case_assess(const struct risk_case *the_case,
                             const struct risk_policy *policy,
                             const struct risk_question *question,
                             struct risk_assessment **out);

/**
 * Why something stands in the answer, as JSON (`risk-explanation/1`): each outcome with the events behind it, the rule that
 * made it follow, and the place in the source that says so.
 *
 * `of` is an action (`review_risk`, or its id in the answer) or a group at risk (`children`); NULL: all that is open.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: as
 * risk_case_assess(); RISK_NO_REASONS where the audience may not see why; RISK_BAD_WORD for another `of`.
 *
 * Example: `risk_case_explain(the_case, policy, &question, "review_risk", 11, &why);`
 *
 * The caller's part: As risk_case_assess(); `of` points to `len` bytes or is NULL.
 */
risk_status risk_case_explain(const struct risk_case *the_case,
                              const struct risk_policy *policy,
                              const struct risk_question *question,
                              const char *of,
                              size_t len,
                              struct risk_buf *out);

/**
 * Why a rule or duty did not fire, as JSON: each time that it was looked at, the comparisons that failed with the values
 * found, and what it would have asked for.
 *
 * Ownership, threads: as risk_case_explain(). Errors: as risk_case_explain(); RISK_BAD_WORD for an id that no rule has.
 *
 * Example: `risk_case_why_not(the_case, policy, &question, "plw-raised-risk", 15, &why);`
 *
 * The caller's part: As risk_case_assess(); `rule` points to `len` bytes.
 */
risk_status risk_case_why_not(const struct risk_case *the_case,
                              const struct risk_policy *policy,
                              const struct risk_question *question,
                              const char *rule,
                              size_t len,
                              struct risk_buf *out);

/**
 * As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_case_last_error_message(the_case, &message);`
 *
 * The caller's part: As risk_case_id().
 */
risk_status risk_case_last_error_message(const struct risk_case *the_case,
                                         struct risk_buf *out);

/**
 * As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership, threads, errors: as risk_case_last_error_message().
 *
 * Example: `risk_case_last_error_json(the_case, &json);`
 *
 * The caller's part: As risk_case_id().
 */
risk_status risk_case_last_error_json(const struct risk_case *the_case, struct risk_buf *out);

/**
 * Frees a case. NULL is allowed. Answers made from it live on.
 *
 * Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
 * what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
 *
 * Example: `risk_case_free(the_case);`
 *
 * The caller's part: `the_case` is NULL or a handle that is not freed.
 */
void risk_case_free(struct risk_case *the_case);

#if defined(RISK_PROVOKE)
/**
 * Meets a defect on purpose, so that tests see what becomes of a handle then. No installed library has it.
 *
 * Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
 *
 * Example: `assert(risk_provoke_panic(the_case) == RISK_PANIC);`
 *
 * The caller's part: As [`risk_case_id`].
 */
risk_status risk_provoke_panic(const struct risk_case *the_case);
#endif

/**
 * Makes a request that was not made yet.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_cancel_free() after the last call that was given it has returned. Threads:
 * any. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_cancel *stop = NULL; risk_cancel_new(&stop); question.cancel = stop;`
 *
 * The caller's part: `out` is a place for the result.
 */
risk_status risk_cancel_new(struct risk_cancel **out);

/**
 * Requests that the calls which were given this end early: they return RISK_CANCELLED soon, and so do later ones. What a call worked on
 * is thrown away. A call that is done already is done.
 *
 * Ownership: none. Threads: any, at once, and while calls that were given it run. Errors: RISK_NULL_POINTER, RISK_BAD_HANDLE.
 *
 * Example: `risk_cancel_request(stop);`
 *
 * The caller's part: `cancel` is a handle that is not freed.
 */
risk_status risk_cancel_request(const struct risk_cancel *cancel);

/**
 * Frees a request; NULL is allowed.
 *
 * Ownership: takes it. Threads: any, but no call that was given it may be running. Errors: none.
 *
 * Example: `risk_cancel_free(stop);`
 *
 * The caller's part: `cancel` is NULL or a handle that is not freed.
 */
void risk_cancel_free(struct risk_cancel *cancel);

/**
 * The answer as JSON, on one line: the contract `risk-assessment/1`, of which risk_schema() gives the form. The same case,
 * policy and question give the same bytes.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_assessment_json(answer, &json); puts(json.data); risk_buf_free(&json);`
 *
 * The caller's part: `assessment` is a handle that is not freed; `out` a place for the result.
 */
risk_status risk_assessment_json(const struct risk_assessment *assessment,
                                 struct risk_buf *out);

/**
 * The answer as a page for people, in plain text of 80 columns: who is at risk, and what to do first, each line with its owner,
 * due date and reason. `detail`: RISK_AGENDA for what matters now, RISK_ALL for the steps of each line, whatever else is open,
 * and what was done.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_BAD_WORD for another
 * `detail`; RISK_MISMATCH for a policy that the answer was not made with; RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_assessment_text(answer, policy, RISK_AGENDA, &page); puts(page.data); risk_buf_free(&page);`
 *
 * The caller's part: `assessment` and `policy` are handles that are not freed; `out` a place for the result.
 */
risk_status risk_assessment_text(const struct risk_assessment *assessment,
                                 const struct risk_policy *policy,
                                 int32_t detail,
                                 struct risk_buf *out);

/**
 * When this answer changes next with nothing new but time: something falls due, or becomes overdue. In microseconds since
 * 1970 UTC; RISK_NEVER where it does not. A host asks again then, and on every new record.
 *
 * Ownership: none. Threads: any, at once. Errors: RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `int64_t again; risk_assessment_next_change(answer, &again); if (again != RISK_NEVER) remind_me(again);`
 *
 * The caller's part: As risk_assessment_json().
 */
risk_status risk_assessment_next_change(const struct risk_assessment *assessment,
                                        int64_t *out);

/**
 * What opened, closed and moved from one answer to another about the same case for the same audience, as a JSON list of
 * `{"change":"opened","action":{…}}`, `closed`, `moved` (`before`, `after`, `what`), `gone`, `classification`, `flags` and
 * `other`. Running counts of days are no change.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_MISMATCH for
 * answers about two cases or for two audiences; RISK_NULL_POINTER, RISK_POISONED. Led by `after`.
 *
 * Example: `risk_assessment_changes(yesterday, today, &changes);`
 *
 * The caller's part: `before` and `after` are handles that are not freed; `out` a place for the result.
 */
risk_status risk_assessment_changes(const struct risk_assessment *before,
                                    const struct risk_assessment *after,
                                    struct risk_buf *out);

/**
 * The same in sentences for people, a paragraph each in plain text of 80 columns, with a sign (`+` to do, `~` moved, `-` no
 * longer pending, `=` levels, `*` notes) and the ids of the rules behind it. Empty where nothing changed that a person would
 * want to know.
 *
 * Ownership, threads, errors: as risk_assessment_changes().
 *
 * Example: `risk_assessment_told(yesterday, today, &news); fputs(news.data, stdout);`
 *
 * The caller's part: As risk_assessment_changes().
 */
risk_status risk_assessment_told(const struct risk_assessment *before,
                                 const struct risk_assessment *after,
                                 struct risk_buf *out);

/**
 * As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_assessment_last_error_message(answer, &message);`
 *
 * The caller's part: As risk_assessment_json().
 */
risk_status risk_assessment_last_error_message(const struct risk_assessment *assessment,
                                               struct risk_buf *out);

/**
 * As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership, threads, errors: as risk_assessment_last_error_message().
 *
 * Example: `risk_assessment_last_error_json(answer, &json);`
 *
 * The caller's part: As risk_assessment_json().
 */
risk_status risk_assessment_last_error_json(const struct risk_assessment *assessment, struct risk_buf *out);

/**
 * Frees an answer. NULL is allowed.
 *
 * Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
 * what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
 *
 * Example: `risk_assessment_free(answer);`
 *
 * The caller's part: `assessment` is NULL or a handle that is not freed.
 */
void risk_assessment_free(struct risk_assessment *assessment);

/**
 * Opens a store, in one SQLite file or in a PostgreSQL database. One of an older form is brought up to date.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_store_free(); the texts are copied. Threads: any. Errors:
 * RISK_STORE_MISSING; RISK_BAD_STORE for what is no store or has a newer form; RISK_STORE_UNREACHABLE, RISK_STORE_BUSY and the
 * others of a store (80 and on); RISK_BAD_WORD for a `make` that is neither, or a URL that is none; RISK_BAD_SIZE,
 * RISK_NOT_UTF8, RISK_NULL_POINTER. No error tells the password of a URL.
 *
 * Example: `risk_store_options o = {0}; o.size = sizeof o; o.make = 1; o.place = RISK_STR("cases.risk"); risk_store_open(&o, &store);`
 *
 * The caller's part: `options` and what it points to can be read; `key`, if it is given, is as risk_store_key says; `out` is a place for the result.
 */
risk_status risk_store_open(const struct risk_store_options *options,
                            struct risk_store **out);

/**
 * Another handle of the same open store, whose calls end early once `cancel` is requested, on whatever thread
 * (risk_cancel_request()): risk_store_verify() and any other call with it returns RISK_CANCELLED soon, also where it waits for
 * another writer, and changes nothing. A call that is done already is done. The handle that it is made from is not affected.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_store_free(); the store stays open until its last handle is freed. `cancel`
 * stays the caller's, and may be freed before `*out`. Threads: any. Errors: RISK_NULL_POINTER, RISK_BAD_HANDLE, RISK_POISONED.
 *
 * Example: `risk_store_with_cancel(store, stop, &view); risk_store_verify(view, NULL, 0, &report);`
 *
 * The caller's part: `store` and `cancel` are handles that are not freed; `out` is a place for the result.
 */
risk_status risk_store_with_cancel(const struct risk_store *store,
                                   const struct risk_cancel *cancel,
                                   struct risk_store **out);

/**
 * Frees a handle of a store; with the last one the store is closed. NULL is allowed. What was appended is kept; cases and answers read
 * from it live on.
 *
 * Ownership: the handle is the library's again, and with the last one `key_context` the caller's. Threads: any, while no other call with
 * this handle runs. Errors: none; what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
 *
 * Example: `risk_store_free(store);`
 *
 * The caller's part: `store` is NULL or a handle that is not freed.
 */
void risk_store_free(struct risk_store *store);

/**
 * Appends records, all or none, of one case or of several: one, or many as JSON Lines, plain. When it returns RISK_OK they are
 * kept for good. A record that its case has already, with the same content, is taken and changes nothing, so that a delivery may
 * be repeated. The store seals them, and takes the time and the random bytes for it from the system.
 *
 * `operator_id` is the host's own software or who works with it, to be written down: 1 to 64 letters, digits or `. _ : -`.
 * `expected_position` points to how many records the caller believes the one case to have, or is NULL; it is not asked where
 * nothing is new.
 *
 * Ownership: the texts are copied; `out` may be NULL. Threads: any. Errors: RISK_BAD_RECORD, RISK_POSITION_CONFLICT and
 * RISK_EVENT_CONFLICT as risk_case_append(), with `case_id`; RISK_MISMATCH for a position expected of several cases;
 * RISK_BAD_WORD for another operator; RISK_TAMPERED; those of a store (80 and on), of which RISK_STORE_BUSY,
 * RISK_STORE_UNREACHABLE and RISK_STORE_UNCONFIRMED may be answered by the same call again; RISK_NOT_UTF8, RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_store_append(store, "night-feed", 10, lines, strlen(lines), NULL, &stored);`
 *
 * The caller's part: `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes, `records` to `len`; `expected_position` and
 * `out` are NULL or what they should be.
 */
risk_status risk_store_append(struct risk_store *store,
                              const char *operator_id,
                              size_t operator_len,
                              const char *records,
                              size_t len,
                              const uint64_t *expected_position,
                              struct risk_stored *out);

/**
 * How a case of the store stands for a reader, and what somebody now has to do: of all cases that were known by then to be of the
 * same person. That the reader asked is written down, also where the reader is refused.
 *
 * `reader` says who asks, `question.audience` as what.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_assessment_free(); it lives on without the store and the policy.
 * Threads: any. Errors: as risk_case_assess(); RISK_EXCLUDED for a reader who is not shown the case; RISK_NOT_FOUND;
 * RISK_NO_KEY; RISK_TAMPERED; RISK_BAD_WORD for the ids; those of a store (80 and on).
 *
 * Example: `risk_store_assess(store, policy, &reader, case_id, 36, &question, &answer);`
 *
 * The caller's part: `store` and `policy` are handles that are not freed, `reader`, `question` and what they point to can be read, `case_id` points
 * to `len` bytes, `out` is a place for the result.
 */
risk_status risk_store_assess(const struct risk_store *store,
                              const struct risk_policy *policy,
                              const struct risk_reader *reader,
                              const char *case_id,
                              size_t len,
                              const struct risk_question *question,
                              struct risk_assessment **out);

/**
 * The whole log of a case as a case of its own, a copy: for the host's software, which may see every record. That it was read is
 * written down. What is appended to the copy does not come into the store.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_case_free(); it lives on without the store. Threads: any. Errors:
 * RISK_NOT_FOUND, RISK_TAMPERED, RISK_NO_KEY; RISK_BAD_WORD for the ids; those of a store (80 and on); RISK_NOT_UTF8,
 * RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_case(store, "night-feed", 10, case_id, 36, &the_case);`
 *
 * The caller's part: `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes, `case_id` to `len`; `out` is a place for the
 * result.
 */
risk_status risk_store_case(const struct risk_store *store,
                            const char *operator_id,
                            size_t operator_len,
                            const char *case_id,
                            size_t len,
                            struct risk_case **out);

/**
 * The records that came in after a place, of all cases, in one order, at most `limit`, as JSON Lines:
 * `{"place":7,"case_id":"…","position":2,"record":{…}}`; `record` is the line of the case's sealed log, byte for byte. Keep the
 * last `place`, and ask again with it: each record comes once and none is passed over, however many write. That it was read is
 * written down.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(); empty where there is nothing new. Threads: any. Errors:
 * RISK_NO_KEY; RISK_BAD_WORD for another operator; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER,
 * RISK_POISONED.
 *
 * Example: `risk_store_changes(store, "night-feed", 10, seen, 1000, &lines);`
 *
 * The caller's part: `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes; `out` is a place for the result.
 */
risk_status risk_store_changes(const struct risk_store *store,
                               const char *operator_id,
                               size_t operator_len,
                               uint64_t after,
                               uint64_t limit,
                               struct risk_buf *out);

/**
 * As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_store_last_error_message(store, &message);`
 *
 * The caller's part: `store` is a handle that is not freed; `out` a place for the result.
 */
risk_status risk_store_last_error_message(const struct risk_store *store,
                                          struct risk_buf *out);

/**
 * As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership, threads, errors: as risk_store_last_error_message().
 *
 * Example: `risk_store_last_error_json(store, &json);`
 *
 * The caller's part: As risk_store_last_error_message().
 */
risk_status risk_store_last_error_json(const struct risk_store *store, struct risk_buf *out);

#if defined(RISK_PROVOKE)
/**
 * Meets a defect on purpose, so that tests see what becomes of a store then. No installed library has it.
 *
 * Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
 *
 * Example: `assert(risk_provoke_panic_of_store(store) == RISK_PANIC);`
 *
 * The caller's part: As risk_store_last_error_message().
 */
risk_status risk_provoke_panic_of_store(const struct risk_store *store);
#endif

/**
 * Says what the host calls a case, in place of any other identifier of that scheme: `crn` and `noms`, of which each stands for
 * one case, or another word of the host's, such as `team` or `officer`, which many cases share. `identifier` NULL: the case has
 * none of that scheme any more.
 *
 * Ownership: the texts are copied. Threads: any. Errors: RISK_TAKEN where it stands for another case, whose id is in the error;
 * RISK_NOT_FOUND where there is none to be taken away; RISK_BAD_WORD for words of another form than 1 to 64 letters, digits or
 * `. _ : -`, and for the ids; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_identify(store, "night-feed", 10, case_id, 36, "crn", 3, "X320741", 7);`
 *
 * The caller's part: As risk_store_exclude(), with the texts named here.
 */
risk_status risk_store_identify(struct risk_store *store,
                                const char *operator_id,
                                size_t operator_len,
                                const char *case_id,
                                size_t case_len,
                                const char *scheme,
                                size_t scheme_len,
                                const char *identifier,
                                size_t identifier_len);

/**
 * The cases that an identifier stands for, as a JSON array of ids: none, one, or for the host's own words many.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: those of a store (80 and on);
 * RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_find(store, "crn", 3, "X320741", 7, &ids);`
 *
 * The caller's part: As risk_store_facts(), with the texts named here.
 */
risk_status risk_store_find(const struct risk_store *store,
                            const char *scheme,
                            size_t scheme_len,
                            const char *identifier,
                            size_t identifier_len,
                            struct risk_buf *out);

/**
 * What the store was told of a case, as JSON: `identifiers` (scheme to identifier), `merged_into`, `merged_from` (case to since
 * when), `excluded` (readers).
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for
 * the id; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_facts(store, case_id, 36, &facts);`
 *
 * The caller's part: `store` is a handle that is not freed; `case_id` points to `case_len` bytes; `out` is a place for the result.
 */
risk_status risk_store_facts(const struct risk_store *store,
                             const char *case_id,
                             size_t case_len,
                             struct risk_buf *out);

/**
 * Says that a case is of the same person as another, under which it is answered from now on. Both logs stay as they are.
 *
 * Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_EVENT_CONFLICT where both have a record of one id
 * that says different things; RISK_BAD_WORD also for a case that is merged already, or with itself; those of a store (80 and
 * on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_merge(store, "night-feed", 10, from, 36, into, 36);`
 *
 * The caller's part: As risk_store_exclude(), with the texts named here.
 */
risk_status risk_store_merge(struct risk_store *store,
                             const char *operator_id,
                             size_t operator_len,
                             const char *from,
                             size_t from_len,
                             const char *into,
                             size_t into_len);

/**
 * Says that a case that was merged into another is of another person after all.
 *
 * Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD also where it is not merged into that one;
 * those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_unmerge(store, "night-feed", 10, from, 36, into, 36);`
 *
 * The caller's part: As risk_store_exclude(), with the texts named here.
 */
risk_status risk_store_unmerge(struct risk_store *store,
                               const char *operator_id,
                               size_t operator_len,
                               const char *from,
                               size_t from_len,
                               const char *into,
                               size_t into_len);

/**
 * Says that a reader is not to be shown a case: somebody who works in an agency and is in the case, or related to it. From then on
 * risk_store_assess() refuses them, and writes down that they asked.
 *
 * Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for the ids; those of a store (80 and on);
 * RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_exclude(store, "night-feed", 10, case_id, 36, "N07A001", 7);`
 *
 * The caller's part: `store` is a handle that is not freed; each text points to as many bytes as its length says.
 */
risk_status risk_store_exclude(struct risk_store *store,
                               const char *operator_id,
                               size_t operator_len,
                               const char *case_id,
                               size_t case_len,
                               const char *reader,
                               size_t reader_len);

/**
 * Says that a reader may be shown a case again.
 *
 * Ownership, threads: as risk_store_exclude(). Errors: as risk_store_exclude(); RISK_NOT_FOUND also where the reader is not
 * excluded.
 *
 * Example: `risk_store_admit(store, "night-feed", 10, case_id, 36, "N07A001", 7);`
 *
 * The caller's part: As risk_store_exclude().
 */
risk_status risk_store_admit(struct risk_store *store,
                             const char *operator_id,
                             size_t operator_len,
                             const char *case_id,
                             size_t case_len,
                             const char *reader,
                             size_t reader_len);

/**
 * Removes salt, data and note of a record by law: appends `record`, a `payload_erased` record that names it, and removes them from
 * the store and its files. The chain stays whole. Done again, it changes nothing, and tries again to clear the files.
 *
 * `*out` is JSON: `{"position":9,"new":true,"scrubbed":true}`; where the files may still hold old pages, `scrubbed` is false and
 * `pending` says why. Copies made before hold what they held, but for payloads whose key is no longer given.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD also where a
 * correction still holds data of the record, which is to be erased first; RISK_NOT_FOUND for a record that is not there, or
 * whose payload is gone already; RISK_BAD_WORD for another operator, or another kind of record; those of a store (80 and on);
 * RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_erase(store, "night-feed", 10, erasure, strlen(erasure), &told);`
 *
 * The caller's part: `store` is a handle that is not freed; each text points to as many bytes as its length says; `out` is a place for the result.
 */
risk_status risk_store_erase(struct risk_store *store,
                             const char *operator_id,
                             size_t operator_len,
                             const char *record,
                             size_t len,
                             struct risk_buf *out);

/**
 * As risk_store_erase(), where the law asks for the payload to be kept as evidence all the same: no answer rests on it from then on;
 * it lies apart, sealed as it was.
 *
 * `*out` is JSON: `{"position":9,"new":true,"scrubbed":true}`; where the files may still hold old pages, `scrubbed` is false and
 * `pending` says why. Copies made before hold what they held, but for payloads whose key is no longer given.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD also where a
 * correction still holds data of the record, which is to be erased first; RISK_NOT_FOUND for a record that is not there, or
 * whose payload is gone already; RISK_BAD_WORD for another operator, or another kind of record; those of a store (80 and on);
 * RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_restrict(store, "night-feed", 10, erasure, strlen(erasure), &told);`
 *
 * The caller's part: As risk_store_erase().
 */
risk_status risk_store_restrict(struct risk_store *store,
                                const char *operator_id,
                                size_t operator_len,
                                const char *record,
                                size_t len,
                                struct risk_buf *out);

/**
 * Removes everything of a person by law, for good, whole or not at all: the payload of every record of every case that is merged with
 * the one named, in either direction, what was kept as evidence, and the identifiers, from the store and its files. The chains stay
 * whole. From then on these cases take no record, no identifier and no merge. Done again, it changes nothing, and tries again to
 * clear the files.
 *
 * `order` is JSON: `{"case_id":"…","by":"manager-7"}`, where `by` is the member of staff who decided it; with `"reason"`, if it is
 * another than `legal_erasure`. `secret` is that of risk_hmpps_new(), or NULL: with it keyed digests of the identifiers stay, by
 * which messages that come late are recognised as of an erased person.
 *
 * `*out` is JSON: `cases` and `parted` (ids; those that were parted again are of another person, and were left alone), `records`,
 * `misplaced`, `evidence` and `identifiers` (how many are gone now), `remains` (what could not be erased and where it is; look at
 * it), `scrubbed`, and if that is false `pending`, as of risk_store_erase(). Copies made before hold what they held, but for
 * payloads whose key is no longer given.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_WORD for an order that cannot be
 * used and for another operator; RISK_BAD_SIZE for a secret that is too short; RISK_NOT_FOUND; RISK_NO_KEY and RISK_TAMPERED for a
 * case that cannot be read whole; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED. Then nothing was
 * erased.
 *
 * Example: `risk_store_erase_person(store, "night-feed", 10, order, strlen(order), NULL, 0, &told);`
 *
 * The caller's part: As risk_store_erase(); `secret` points to `secret_len` bytes or is NULL.
 */
risk_status risk_store_erase_person(struct risk_store *store,
                                    const char *operator_id,
                                    size_t operator_len,
                                    const char *order,
                                    size_t len,
                                    const uint8_t *secret,
                                    size_t secret_len,
                                    struct risk_buf *out);

/**
 * Who did what with a case, in order, as JSON Lines: `position`, `at`, `by`, `audience`, `purpose`, `operation` (the word of the
 * Data Protection Act 2018, section 62), `case_id`, `refused`, `act`. `case_id` NULL: with the store as a whole. Entries are never
 * changed or removed, and chained as records are.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for
 * the id; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_journal(store, case_id, 36, &entries);`
 *
 * The caller's part: `store` is a handle that is not freed; `case_id` points to `case_len` bytes or is NULL; `out` is a place for the result.
 */
risk_status risk_store_journal(const struct risk_store *store,
                               const char *case_id,
                               size_t case_len,
                               struct risk_buf *out);

/**
 * Where every chain of the store ends now, as text, with the root of its tree in the first line: to be signed, and kept where those
 * who can write to the store cannot.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: those of a store (80 and on);
 * RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_checkpoint(store, &checkpoint);`
 *
 * The caller's part: As risk_store_last_error_message().
 */
risk_status risk_store_checkpoint(const struct risk_store *store,
                                  struct risk_buf *out);

/**
 * Whether every chain of the store is what was kept, and goes on from a checkpoint (NULL: none was kept), as JSON:
 * `{"intact":true,"cases":2,"records":9,"entries":14,"locked":[],"differences":[]}`. A difference has `case_id` and `what`; `locked`
 * are cases whose key is not given. The status is RISK_OK whether or not it is intact.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD and RISK_TAMPERED for
 * a text that is no checkpoint; RISK_CANCELLED with a handle of risk_store_with_cancel(); those of a store (80 and on) that cannot be
 * read at all; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_store_verify(store, checkpoint, strlen(checkpoint), &report);`
 *
 * The caller's part: `store` is a handle that is not freed; `checkpoint` points to `len` bytes or is NULL; `out` is a place for the result.
 */
risk_status risk_store_verify(const struct risk_store *store,
                              const char *checkpoint,
                              size_t len,
                              struct risk_buf *out);

/**
 * Makes an importer.
 *
 * `options` is JSON, `{}` for none: `codes` (the host's own tables over those of the library: an object of TOML by the name of the
 * file), `case_map` (the host's own case ids: CSV with the columns `case_id` and `crn`, `noms` or both; without it the id of a case is
 * derived from the CRN), `erase` (true: a person is erased in a store where a message says so, which cannot be undone; otherwise
 * that is listed as not done), `detail_hosts` (the hosts, such as `["oasys.example.com"]`, from which the host fetches with
 * credentials what a message points to; a report has `detail_url_listed: false` for every other address, which must never be
 * fetched with credentials). `secret` is at least 32 bytes that nobody can guess, the same for ever: the ids of records are
 * derived with it, so that what is told again is known again.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_hmpps_free(); the texts are copied. Threads: any. Errors: RISK_BAD_SIZE
 * for a secret that is too short; RISK_BAD_WORD for options, a table, a case map or a host that cannot be used, with file, line and
 * field where they are known; RISK_NOT_UTF8, RISK_NULL_POINTER.
 *
 * Example: `risk_hmpps_new("{}", 2, secret, sizeof secret, &hmpps);`
 *
 * The caller's part: `options` points to `len` bytes, `secret` to `secret_len`; `out` is a place for the result.
 */
risk_status risk_hmpps_new(const char *options,
                           size_t len,
                           const uint8_t *secret,
                           size_t secret_len,
                           struct risk_hmpps **out);

/**
 * Frees it; NULL is nothing.
 *
 * Ownership: the handle is gone. Threads: any, when no other call with it runs. Errors: none.
 *
 * Example: `risk_hmpps_free(hmpps);`
 *
 * The caller's part: `hmpps` is NULL or a handle that is not freed.
 */
void risk_hmpps_free(struct risk_hmpps *hmpps);

/**
 * Turns a delivery into records. `kind` is `messages` (a domain event, an array of them or one on each line, bare or as SNS and
 * SQS wrap it; or `{"message":…,"fetched":…}` with what its detailUrl led to), `contacts` or `registrations` (CSV). `held` is what
 * is on record of the cases concerned, as JSON Lines, plain or sealed, or NULL: nothing.
 *
 * `*records` are the new records as JSON Lines, to be appended all or none; `*report` is JSON (`risk-hmpps-import/1`) that says of each
 * message what became of it: recorded, known, instructed, erased, conflict, not_done, nothing, needed, waits, unresolved, unmapped,
 * unreadable. A message that waits is to be delivered again, unless it says `kept`, which only a store does.
 *
 * Ownership: both buffers are the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_BAD_WORD for
 * another kind, RISK_BAD_RECORD for a table without its columns and for records that are none; RISK_NOT_UTF8, RISK_NULL_POINTER,
 * RISK_POISONED. A message or a row that cannot be read is no error: the report says so, and counts it.
 *
 * Example: `risk_hmpps_import(hmpps, "messages", 8, body, len, NULL, 0, &records, &report);`
 *
 * The caller's part: `hmpps` is a handle that is not freed; each text points to as many bytes as its length says; `records` and `report` are places for
 * the result.
 */
risk_status risk_hmpps_import(const struct risk_hmpps *hmpps,
                              const char *kind,
                              size_t kind_len,
                              const uint8_t *delivery,
                              size_t delivery_len,
                              const char *held,
                              size_t held_len,
                              struct risk_buf *records,
                              struct risk_buf *report);

/**
 * As risk_hmpps_import(), straight into a store: what is on record comes from there, what is new is appended, all or none, and
 * the store is told which case has which identifier and which cases are one person's. Delivered again, nothing changes.
 *
 * Ownership: `*report` is the caller's, to be freed with risk_buf_free(). Threads: any; calls on one store take turns. Errors: as
 * risk_hmpps_import(); those of risk_store_append().
 *
 * Example: `risk_hmpps_import_into(hmpps, store, "queue", 5, "messages", 8, body, len, &report);`
 *
 * The caller's part: `hmpps` and `store` are handles that are not freed; each text points to as many bytes as its length says; `report` is a place for
 * the result.
 */
risk_status risk_hmpps_import_into(const struct risk_hmpps *hmpps,
                                   struct risk_store *store,
                                   const char *operator_id,
                                   size_t operator_len,
                                   const char *kind,
                                   size_t kind_len,
                                   const uint8_t *delivery,
                                   size_t delivery_len,
                                   struct risk_buf *report);

/**
 * The changes of nDelius registers that an answer proposes, as a JSON array: `do`, `code`, `level`, `next_review_date`, `because`
 * and more. They are for people to decide on; nothing is changed anywhere.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NO_VIEW for an audience
 * that does not see every level, or what actions are about; RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_hmpps_reconcile(hmpps, answer, &proposals);`
 *
 * The caller's part: `hmpps` and `assessment` are handles that are not freed; `out` is a place for the result.
 */
risk_status risk_hmpps_reconcile(const struct risk_hmpps *hmpps,
                                 const struct risk_assessment *assessment,
                                 struct risk_buf *out);

/**
 * The levels of an answer in the shape of the ARNS API, as JSON: `riskInCommunity`, `riskInCustody`, `overallRiskLevel`, `assessedOn`,
 * which hold recorded levels only; beside them what is indicated, why, and what is not assessed.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NO_VIEW for an audience
 * that sees no levels; RISK_NULL_POINTER, RISK_POISONED.
 *
 * Example: `risk_assessment_rosh(answer, &rosh);`
 *
 * The caller's part: `assessment` is a handle that is not freed; `out` is a place for the result.
 */
risk_status risk_assessment_rosh(const struct risk_assessment *assessment,
                                 struct risk_buf *out);

/**
 * As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
 *
 * Example: `risk_hmpps_last_error_message(hmpps, &message);`
 *
 * The caller's part: `hmpps` is a handle that is not freed; `out` a place for the result.
 */
risk_status risk_hmpps_last_error_message(const struct risk_hmpps *hmpps,
                                          struct risk_buf *out);

/**
 * As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
 *
 * Ownership, threads, errors: as risk_hmpps_last_error_message().
 *
 * Example: `risk_hmpps_last_error_json(hmpps, &json);`
 *
 * The caller's part: As risk_hmpps_last_error_message().
 */
risk_status risk_hmpps_last_error_json(const struct risk_hmpps *hmpps, struct risk_buf *out);

#if defined(RISK_PROVOKE)
/**
 * Meets a defect on purpose, so that tests see what becomes of the handle then. No installed library has it.
 *
 * Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
 *
 * Example: `assert(risk_provoke_panic_of_hmpps(hmpps) == RISK_PANIC);`
 *
 * The caller's part: As risk_hmpps_last_error_message().
 */
risk_status risk_provoke_panic_of_hmpps(const struct risk_hmpps *hmpps);
#endif

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RISK_H */
