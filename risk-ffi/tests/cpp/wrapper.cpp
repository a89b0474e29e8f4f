// What risk.hpp adds to risk.h: ownership, errors that are thrown, times.
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <type_traits>
#include <vector>

#include <unistd.h>

#include "records.hpp"

using std::chrono::microseconds;
using std::chrono::seconds;

namespace {

/// The policy that the library has inside: it takes some time to load.
const risk::Policy policy = risk::Policy::embedded();

risk::Moment moment(std::int64_t seconds_since_1970) { return risk::Moment(seconds(seconds_since_1970)); }

risk::Stamp stamp(std::int64_t seconds_since_1970) {
    risk::Stamp made;
    made.appended_at = moment(seconds_since_1970);
    made.salt.fill(static_cast<std::uint8_t>(seconds_since_1970 % 100 + 1));
    return made;
}

template <typename Handle> constexpr bool only_moves =
    std::is_nothrow_move_constructible_v<Handle> && std::is_nothrow_move_assignable_v<Handle> &&
    !std::is_copy_constructible_v<Handle> && !std::is_copy_assignable_v<Handle>;
static_assert(only_moves<risk::Policy> && only_moves<risk::Case> && only_moves<risk::Assessment> &&
              only_moves<risk::Store> && only_moves<risk::Hmpps>);
static_assert(!std::is_default_constructible_v<risk::Question>, "nobody is the reader by default");

void the_header_is_of_the_library_that_runs() {
    CHECK(risk_version_number() == RISK_VERSION_NUMBER);
    CHECK(has(risk::version(), std::to_string(RISK_VERSION_MAJOR) + "." + std::to_string(RISK_VERSION_MINOR)));
    CHECK(has(risk::schema("record"), "\"$schema\""));
    CHECK(error_of([] { (void)risk::schema("agenda"); }).status() == RISK_BAD_WORD);
}

void two_translation_units_use_one_library() {
    CHECK(policy.digest() == digest_from_elsewhere());
}

void a_case_is_appended_to_and_asked() {
    risk::Case held = risk::Case::create(case_id);
    CHECK(held.id() == case_id && held.length() == 0 && held.head().empty());
    const risk::Appended first = held.append(started, 0);
    CHECK(first.length == 1 && first.added == 1);
    const risk::Assessment before = held.assess(policy, {"2018-02-03", "responsible_officer"});
    held.append(call_out, 1);
    const risk::Appended again = held.append(call_out);
    CHECK(again.length == 2 && again.added == 0);
    const risk::Question question("2018-02-05", "responsible_officer");
    const risk::Assessment after = held.assess(policy, question);
    CHECK(has(after.json(), policy.digest()));
    CHECK(has(before.changes_to(after), "\"change\":\"opened\""));
    CHECK(has(before.told_to(after), "To do: ") && after.told_to(after).empty());
    CHECK(has(after.text(policy), "AGENDA") && after.text(policy, risk::Detail::all).size() > after.text(policy).size());
    CHECK(has(held.explain(policy, question), "\"schema\":\"risk-explanation/1\""));
    CHECK(has(held.explain(policy, question, "review_risk"), "\"action\":\"review_risk\""));
    CHECK(has(held.why_not(policy, question, "sara"), "\"trials\""));
    CHECK(held.records() == started + call_out);
    CHECK(held.records(1) == call_out);
    CHECK(risk::Case::read(held.records()).length() == 2);
}

void a_moment_is_the_same_as_a_time_point_and_as_text() {
    const risk::Case held = risk::Case::read(started);
    const std::string text = held.assess(policy, {"2018-02-06T15:00:00Z", "manager"}).json();
    CHECK(held.assess(policy, {moment(1517929200), "manager"}).json() == text);
    CHECK(held.assess(policy, {"2018-02-06 15:00", "manager"}).json() == text);
    CHECK(has(held.assess(policy, {risk::Moment(), "manager"}).json(), "\"at\":\"1970-01-01T00:00:00Z\""));
}

void a_question_can_say_everything() {
    const risk::Case held = risk::Case::read(started + call_out);
    risk::Question question("2018-02-05", "inspector");
    question.known_at = moment(1517443200);
    question.lens = "hindsight";
    question.feeds = std::vector<std::string>{};
    const std::string answer = held.assess(policy, question).json();
    CHECK(has(answer, "\"known_at\":\"2018-02-01T00:00:00Z\""));
    CHECK(has(answer, "\"lens\":\"hindsight\""));
    CHECK(has(answer, "\"blind_to\":[\""));
    question.feeds.reset();
    CHECK(has(held.assess(policy, question).json(), "\"blind_to\":[]"));
}

void the_next_change_is_a_time_point_or_never() {
    CHECK(!risk::Case::create(case_id).assess(policy, {"2200-01-01", "manager"}).next_change().has_value());
    const auto next = risk::Case::read(started).assess(policy, {"2018-02-05", "manager"}).next_change();
    CHECK(next.has_value() && *next > moment(1517788800));
}

void an_error_says_where_and_changes_nothing() {
    risk::Case held = risk::Case::read(started);
    const risk::Error mistyped = error_of([&] {
        held.append(record("03", "2018-02-04T09:00:00Z", "police_callout", ""));
    });
    CHECK(mistyped.status() == RISK_BAD_RECORD && std::string(mistyped.name()) == "RISK_BAD_RECORD");
    CHECK(has(mistyped.json(), "\"field\":\"kind\"") && has(mistyped.what(), "police_call_out"));
    CHECK(error_of([&] { held.append(call_out, 5); }).status() == RISK_POSITION_CONFLICT);
    CHECK(error_of([&] { held.append(std::string_view()); }).status() == RISK_BAD_RECORD);
    CHECK(held.length() == 1);
    CHECK(error_of([] { (void)risk::Case::create("x"); }).status() == RISK_BAD_WORD);
    CHECK(error_of([] { (void)risk::Case::read(""); }).status() == RISK_BAD_RECORD);
    risk::PolicyOptions options;
    options.files.push_back({"mine.toml", "[rool]\n"});
    CHECK(has(error_of([&] { (void)risk::Policy::load(options); }).json(), "\"file\":\"mine.toml\""));
    CHECK(has(risk::Policy::check(options), "\"valid\":false"));
    CHECK(has(risk::Policy::check({}), "\"valid\":true"));
}

void an_overlay_and_a_locality_count() {
    const std::string plain = policy.digest();
    CHECK(risk::Policy::load({}).digest() == plain);
    risk::PolicyOptions options;
    options.overlays.push_back({"nowhere.toml", "[overlay]\nof = \"england-wales\"\nlocality = \"nowhere\"\n\n"
                                                "[[parameter]]\nid = \"call_out_check_interval\"\n"
                                                "values = [{ from = 2017-04-01, value = 60, basis = \"assumed\" }]\n"});
    options.locality = "nowhere";
    CHECK(risk::Policy::load(options).digest() != plain);
    options.overlays.front().text.append("[[parameter]]\nid = \"no_such_parameter\"\n");
    CHECK(error_of([&] { (void)risk::Policy::load(options); }).status() == RISK_BAD_POLICY);
}

void a_sealed_log_is_kept_and_verified() {
    risk::Case held = risk::Case::read(started);
    held.seal({stamp(1519862401)});
    const std::string head = held.head();
    CHECK(head.size() == 64);
    CHECK(error_of([&] { held.append(call_out); }).status() == RISK_BAD_STAMP);
    held.append(call_out, 1, {stamp(1519862402)});
    CHECK(has(held.verify(head), "\"expected_at\":1"));
    CHECK(has(risk::verify_records(held.records()), "\"intact\":true"));
    const std::string erasure =
        record("0e", "2018-03-02T09:00:00Z", "payload_erased",
               R"("event_id":"10000000-0000-4000-8000-000000000001","reason":"legal_erasure","by":"m1")");
    CHECK(held.erase(erasure, 2, stamp(1520062402)).length == 3);
    CHECK(!has(held.records(), "community_order"));
    CHECK(has(held.verify(), "\"records\":3"));
    std::string changed = held.records();
    changed.replace(changed.find("[\"p1\"]"), 6, "[\"p2\"]");
    CHECK(error_of([&] { (void)risk::verify_records(changed); }).status() == RISK_TAMPERED);
}

void a_handle_that_was_moved_away_says_so() {
    risk::Case held = risk::Case::read(started);
    const risk::Case taken = std::move(held);
    CHECK(taken.length() == 1);
    CHECK(error_of([&] { (void)held.length(); }).status() == RISK_NULL_POINTER);
    held = risk::Case::create(case_id);
    CHECK(held.length() == 0);
}

void a_call_is_cancelled_on_another_thread() {
    const risk::Case held = risk::Case::read(started + call_out);
    const risk::Cancel stop;
    risk::Question question("2018-02-05", "manager");
    question.cancel = &stop;
    CHECK(!held.assess(policy, question).json().empty());
    std::thread asking([&] {
        const risk::Error error = error_of([&] {
            for (;;) {
                (void)held.assess(policy, question);
            }
        });
        CHECK(error.status() == RISK_CANCELLED);
    });
    stop.request();
    asking.join();
    CHECK(error_of([&] { (void)held.explain(policy, question); }).status() == RISK_CANCELLED);
}

void one_policy_serves_many_threads() {
    const risk::Case shared = risk::Case::read(started + call_out);
    const risk::Question question("2018-02-05", "manager");
    const std::string expected = shared.assess(policy, question).json();
    std::vector<std::string> found(8);
    std::vector<std::thread> running;
    for (std::string &answer : found) {
        running.emplace_back([&] { answer = shared.assess(policy, question).json(); });
    }
    for (std::thread &one : running) {
        one.join();
    }
    for (const std::string &answer : found) {
        CHECK(answer == expected);
    }
}

void a_store_keeps_answers_follows_and_refuses() {
    const std::string reader = "N07A001", by = "night-feed";
    char folder[] = "/tmp/risk-store.XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    risk::StoreOptions options;
    options.place = std::string(folder) + "/cases";
    CHECK(error_of([&] { (void)risk::Store::open(options); }).status() == RISK_STORE_MISSING);
    options.make = true;
    {
        risk::Store store = risk::Store::open(options);
        const risk::Stored stored = store.append(by, started + call_out, 0);
        CHECK(stored.added == 2 && stored.position == 2);
        {
            const risk::Cancel stop;
            const risk::Store view = store.with_cancel(stop);
            CHECK(has(view.verify(), "\"intact\":true"));
            stop.request();
            CHECK(error_of([&] { (void)view.verify(); }).status() == RISK_CANCELLED);
            CHECK(has(store.verify(), "\"intact\":true"));
        }
        const risk::Question question("2018-02-05", "responsible_officer");
        const risk::Case log = store.log(by, case_id);
        CHECK(log.length() == 2 && store.assess(policy, {reader, "supervision"}, case_id, question).json() ==
                                       log.assess(policy, question).json());
        CHECK(has(store.changes(by, 0), "\"position\":2") && store.changes(by, 0, 1).size() < store.changes(by, 0).size());
        store.identify(by, case_id, "crn", "X1");
        CHECK(has(store.find("crn", "X1"), case_id) && has(store.facts(case_id), "X1"));
        store.identify(by, case_id, "crn", std::nullopt);
        CHECK(store.find("crn", "X1") == "[]");
        CHECK(error_of([&] { store.merge(by, case_id, case_id); }).status() == RISK_BAD_WORD);
        CHECK(error_of([&] { store.unmerge(by, case_id, case_id); }).status() == RISK_BAD_WORD);
        store.exclude(by, case_id, reader);
        CHECK(error_of([&] { (void)store.assess(policy, {reader, ""}, case_id, question); }).status() == RISK_EXCLUDED);
        store.admit(by, case_id, reader);
        CHECK(has(store.journal(case_id), "\"refused\":true") && has(store.verify(store.checkpoint()), "\"intact\":true"));
        CHECK(error_of([&] { (void)store.erase(by, call_out); }).status() == RISK_BAD_WORD);
        CHECK(error_of([&] { (void)store.restrict_to_evidence(by, "{}"); }).status() == RISK_BAD_RECORD);
        const std::string order = std::string(R"({"case_id":")") + case_id + R"(","by":"manager-7"})";
        CHECK(error_of([&] { (void)store.erase_person(by, order, "too short"); }).status() == RISK_BAD_SIZE);
        CHECK(has(store.erase_person(by, order, "no secret at all, but long enough"), "\"records\":2"));
        CHECK(has(store.erase_person(by, order), "\"records\":0") && !has(store.log(by, case_id).records(), "p1"));
    }
    for (const char *ending : {"", "-wal", "-shm", "-unjournalled"}) {
        (void)std::remove((options.place + ending).c_str());
    }
    CHECK(rmdir(folder) == 0);
}

void messages_are_imported_into_a_store_and_beside_records() {
    const std::string secret = "no secret at all, but long enough", by = "queue";
    const std::string message =
        R"({"eventType":"probation-case.registration.added","occurredAt":"2026-11-03T09:12:40Z",)"
        R"("personReference":{"identifiers":[{"type":"CRN","value":"X800031"}]},)"
        R"("additionalInformation":{"registrationId":"25","registerTypeCode":"ADVP"}})";
    CHECK(error_of([] { (void)risk::Hmpps::create("{}", "hush"); }).status() == RISK_BAD_SIZE);
    const risk::Hmpps hmpps = risk::Hmpps::create("{}", secret);
    const risk::Imported imported = hmpps.import_beside("messages", message);
    CHECK(has(imported.records, "\"flag_recorded\"") && has(imported.report, "\"recorded\""));
    CHECK(hmpps.import_beside("messages", message, imported.records).records.empty());
    const risk::Assessment answer = risk::Case::create(case_id).assess(policy, {"2026-11-04", "responsible_officer"});
    CHECK(hmpps.reconcile(answer) == "[]" && has(risk::Hmpps::rosh(answer), "riskInCommunity"));
    char folder[] = "/tmp/risk-hmpps.XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    risk::StoreOptions options;
    options.place = std::string(folder) + "/cases";
    options.make = true;
    {
        risk::Store store = risk::Store::open(options);
        CHECK(has(hmpps.import_into(store, by, "messages", message), "\"recorded\""));
        CHECK(has(hmpps.import_into(store, by, "messages", message), "\"known\""));
        CHECK(store.find("crn", "X800031") != "[]");
    }
    for (const char *ending : {"", "-wal", "-shm", "-unjournalled"}) {
        (void)std::remove((options.place + ending).c_str());
    }
    CHECK(rmdir(folder) == 0);
}

} // namespace

int main() {
    RUN(the_header_is_of_the_library_that_runs);
    RUN(two_translation_units_use_one_library);
    RUN(a_case_is_appended_to_and_asked);
    RUN(a_moment_is_the_same_as_a_time_point_and_as_text);
    RUN(a_question_can_say_everything);
    RUN(the_next_change_is_a_time_point_or_never);
    RUN(an_error_says_where_and_changes_nothing);
    RUN(an_overlay_and_a_locality_count);
    RUN(a_sealed_log_is_kept_and_verified);
    RUN(a_handle_that_was_moved_away_says_so);
    RUN(a_call_is_cancelled_on_another_thread);
    RUN(one_policy_serves_many_threads);
    RUN(a_store_keeps_answers_follows_and_refuses);
    RUN(messages_are_imported_into_a_store_and_beside_records);
    if (failures != 0) {
        std::cerr << failures << " checks failed\n";
    }
    return failures == 0 ? 0 : 1;
}
