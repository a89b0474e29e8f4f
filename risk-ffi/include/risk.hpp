// The engine for C++17: risk.h with handles that free themselves, and errors that are thrown. Header only; link with librisk.
//
// What each call means, its units and its errors stand in risk.h. Here:
// - `risk::Policy`, `risk::Case`, `risk::Assessment` and `risk::Store` own a handle each. They move, and do not copy. A handle that was
//   moved away may be destroyed or given a new value; any other use of it throws with RISK_NULL_POINTER.
// - Text goes in as `std::string_view` (UTF-8) and comes out as `std::string`. JSON stays text: bring your own library.
// - A call that fails throws `risk::Error`, and has changed nothing.
// - `const` members may be called on one object from many threads at once. Others are serialised by the library, but the
//   C++ object must not be moved, assigned or destroyed while another thread uses it.

#ifndef RISK_HPP
#define RISK_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "risk.h"

namespace risk {

/// A moment, to the microsecond, UTC.
using Moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// A moment, or its text: RFC 3339, `2018-04-18` (that day's last moment in London) or `2018-02-06 15:00` (London).
using When = std::variant<Moment, std::string>;

/// A call that failed. `what()` is a sentence: where, what was expected, what was found; never a record's data or note.
class Error : public std::runtime_error {
public:
    /// Made from a status and what the library said of it.
    Error(risk_status status, const std::string &message, std::string json)
        : std::runtime_error(message), status_(status), json_(std::move(json)) {}

    /// One of the RISK_ numbers, such as RISK_BAD_RECORD.
    [[nodiscard]] risk_status status() const noexcept { return status_; }

    /// Its name, such as `RISK_BAD_RECORD`.
    [[nodiscard]] const char *name() const noexcept { return risk_status_name(status_); }

    /// The same as JSON, with what is known of file, line, column, field, expected and found.
    [[nodiscard]] const std::string &json() const noexcept { return json_; }

private:
    risk_status status_;
    std::string json_;
};

namespace detail {

/// Throws what the library says of the last call on this thread, unless it went well.
inline void check(risk_status status) {
    if (status != RISK_OK) {
        throw Error(status, risk_last_error_message(), risk_last_error_json());
    }
}

/// A text of the library, until it has been copied.
class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    ~Buffer() { risk_buf_free(&buffer_); }

    /// Where the library writes to.
    [[nodiscard]] risk_buf *out() noexcept { return &buffer_; }

    /// What it wrote.
    [[nodiscard]] std::string text() const {
        return buffer_.data == nullptr ? std::string() : std::string(buffer_.data, buffer_.len);
    }

private:
    risk_buf buffer_{};
};

/// Calls a function of the library whose last argument is a text to write, and gives the text.
template <typename Function, typename... Arguments>
std::string text_of(Function function, Arguments... arguments) {
    Buffer buffer;
    check(function(arguments..., buffer.out()));
    return buffer.text();
}

/// The text as the C library takes it, borrowed.
inline risk_str borrowed(std::string_view text) noexcept {
    risk_str taken{};
    taken.data = text.data();
    taken.len = text.size();
    return taken;
}

/// The bytes where a NULL would mean that nothing was given.
inline const char *given(std::string_view text) noexcept { return text.data() == nullptr ? "" : text.data(); }

struct Free {
    void operator()(risk_policy *handle) const noexcept { risk_policy_free(handle); }
    void operator()(risk_case *handle) const noexcept { risk_case_free(handle); }
    void operator()(risk_assessment *handle) const noexcept { risk_assessment_free(handle); }
    void operator()(risk_store *handle) const noexcept { risk_store_free(handle); }
    void operator()(risk_hmpps *handle) const noexcept { risk_hmpps_free(handle); }
    void operator()(risk_cancel *handle) const noexcept { risk_cancel_free(handle); }
};

} // namespace detail

/// The version of the library that the program runs with, such as `0.1.0`; RISK_VERSION_NUMBER is that of the header.
inline std::string version() { return risk_version(); }

/// The form of a `record` or an `assessment`, as JSON Schema (2020-12).
inline std::string schema(std::string_view of) {
    return detail::text_of(risk_schema, detail::given(of), of.size());
}

/// Whether a sealed log, as JSON Lines, is as it was sealed: `{"intact":true,"records":n,"head":"…","expected_at":n}`.
/// `head`: one kept elsewhere, without which a cut-off end does not show. Throws RISK_TAMPERED, which says where.
inline std::string verify_records(std::string_view records, std::optional<std::string_view> head = std::nullopt) {
    return detail::text_of(risk_records_verify, detail::given(records), records.size(),
                           head ? detail::given(*head) : nullptr, head ? head->size() : 0);
}

/// A file of a policy: its name, for errors to point at, and its TOML.
struct File {
    std::string name;
    std::string text;
};

/// Which policy. Left as it is: `england-wales`, which the library has inside.
struct PolicyOptions {
    /// The files of a pack; empty: `england-wales`.
    std::vector<File> files{};
    /// Files that set parameters and add rules for a locality.
    std::vector<File> overlays{};
    /// Whose parameters and rules count; empty: nobody's own.
    std::string locality{};
};

/// A set of rules, checked and compiled. Load it once; any number of threads may then use it at once.
class Policy {
public:
    /// `england-wales`, which the library has inside.
    [[nodiscard]] static Policy embedded() {
        risk_policy *handle = nullptr;
        detail::check(risk_policy_load(nullptr, &handle));
        return Policy(handle);
    }

    /// Loads a policy. Throws RISK_BAD_POLICY, whose JSON lists every error with file, line and column.
    [[nodiscard]] static Policy load(const PolicyOptions &options) {
        const Given given(options);
        risk_policy *handle = nullptr;
        detail::check(risk_policy_load(&given.options, &handle));
        return Policy(handle);
    }

    /// What is wrong with a policy, and what deserves a look, as JSON. A policy with errors is an answer, and throws nothing.
    [[nodiscard]] static std::string check(const PolicyOptions &options) {
        const Given given(options);
        return detail::text_of(risk_policy_check, &given.options);
    }

    /// The digest of what the rules mean; it stands in the receipt of every answer.
    [[nodiscard]] std::string digest() const { return detail::text_of(risk_policy_digest, get()); }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_policy *get() const noexcept { return handle_.get(); }

private:
    explicit Policy(risk_policy *handle) noexcept : handle_(handle) {}

    /// Options as the C library takes them: borrowed from those that they were made from.
    struct Given {
        explicit Given(const PolicyOptions &from) : files(borrowed(from.files)), overlays(borrowed(from.overlays)) {
            options.size = sizeof options;
            options.files = files.empty() ? nullptr : files.data();
            options.files_len = files.size();
            options.overlays = overlays.empty() ? nullptr : overlays.data();
            options.overlays_len = overlays.size();
            options.locality = detail::borrowed(from.locality);
        }
        Given(const Given &) = delete;
        Given &operator=(const Given &) = delete;

        static std::vector<risk_file> borrowed(const std::vector<File> &from) {
            std::vector<risk_file> taken;
            taken.reserve(from.size());
            for (const File &file : from) {
                risk_file one{};
                one.name = detail::borrowed(file.name);
                one.text = detail::borrowed(file.text);
                taken.push_back(one);
            }
            return taken;
        }

        std::vector<risk_file> files;
        std::vector<risk_file> overlays;
        risk_policy_options options{};
    };

    std::unique_ptr<risk_policy, detail::Free> handle_;
};

/// A request to end calls early, made on one thread while a call runs on another: the call then throws RISK_CANCELLED. Once made it
/// stays made. It has to outlive the calls that are given it.
class Cancel {
public:
    /// A request that was not made yet.
    Cancel() {
        risk_cancel *handle = nullptr;
        detail::check(risk_cancel_new(&handle));
        handle_.reset(handle);
    }

    /// Requests it. Any thread may, any number of times.
    void request() const { detail::check(risk_cancel_request(get())); }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_cancel *get() const noexcept { return handle_.get(); }

private:
    std::unique_ptr<risk_cancel, detail::Free> handle_;
};

/// What is asked of a case. Nobody is the reader by default: the audience decides what an answer may show.
struct Question {
    /// The question as of a moment, for an audience, such as `responsible_officer`.
    Question(When at_, std::string audience_) : at(std::move(at_)), audience(std::move(audience_)) {}

    /// The moment asked about.
    When at;
    /// Who reads the answer.
    std::string audience;
    /// Only what was recorded by then counts; left out: what the lens says.
    std::optional<When> known_at{};
    /// `as_known`, or `hindsight`.
    std::string lens{"as_known"};
    /// The kinds of event that the host can deliver at all; left out: all.
    std::optional<std::vector<std::string>> feeds{};
    /// Ends a call that asks this early once it is requested; left out: the call goes on to its end.
    const Cancel *cancel = nullptr;
};

/// What the host adds to each record of a sealed log.
struct Stamp {
    /// When the log takes the record: never before its `recorded_at`, nor before the stamp of the record before it.
    Moment appended_at{};
    /// 16 fresh random bytes from a good source.
    std::array<std::uint8_t, 16> salt{};
};

/// What became of an append.
struct Appended {
    /// How many records the log has now.
    std::uint64_t length;
    /// How many of those given were new; the log had the others already.
    std::uint64_t added;
};

/// How much a page for people holds.
enum class Detail : std::int32_t {
    /// What matters now.
    agenda = RISK_AGENDA,
    /// Also the steps, whatever else is open, and what was done.
    all = RISK_ALL,
};

/// An answer, with what it takes to compare it with another.
class Assessment {
public:
    /// The answer as JSON, in the form `risk-assessment/1`.
    [[nodiscard]] std::string json() const { return detail::text_of(risk_assessment_json, get()); }

    /// The answer as a page for people, in 80 columns. `policy`: the one that it was made with.
    [[nodiscard]] std::string text(const Policy &policy, Detail much = Detail::agenda) const {
        return detail::text_of(risk_assessment_text, get(), policy.get(), static_cast<std::int32_t>(much));
    }

    /// When this answer would next change with no new record; nothing: never.
    [[nodiscard]] std::optional<Moment> next_change() const {
        std::int64_t microseconds = RISK_NEVER;
        detail::check(risk_assessment_next_change(get(), &microseconds));
        if (microseconds == RISK_NEVER) {
            return std::nullopt;
        }
        return Moment(std::chrono::microseconds(microseconds));
    }

    /// What opened, closed and moved from this answer to a later one, as a JSON list.
    [[nodiscard]] std::string changes_to(const Assessment &after) const {
        return detail::text_of(risk_assessment_changes, get(), after.get());
    }

    /// The same in sentences for people, in 80 columns; empty where nothing changed that a person would want to know.
    [[nodiscard]] std::string told_to(const Assessment &after) const {
        return detail::text_of(risk_assessment_told, get(), after.get());
    }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_assessment *get() const noexcept { return handle_.get(); }

private:
    friend class Case;
    friend class Store;
    explicit Assessment(risk_assessment *handle) noexcept : handle_(handle) {}
    std::unique_ptr<risk_assessment, detail::Free> handle_;
};

/// The log of one case.
class Case {
public:
    /// A case without records. `case_id` is a UUID.
    [[nodiscard]] static Case create(std::string_view case_id) {
        risk_case *handle = nullptr;
        detail::check(risk_case_new(detail::given(case_id), case_id.size(), &handle));
        return Case(handle);
    }

    /// The case whose log this is: JSON Lines, plain or sealed. Throws RISK_BAD_RECORD, which says line and field.
    [[nodiscard]] static Case read(std::string_view records) {
        risk_case *handle = nullptr;
        detail::check(risk_case_read(detail::given(records), records.size(), &handle));
        return Case(handle);
    }

    /// Appends one record or many, as JSON Lines: all of them or none. A record that the log has already changes nothing.
    /// `expected_length`: refuse with RISK_POSITION_CONFLICT where the log has another length. `stamps`: one for each
    /// record, for a sealed log.
    Appended append(std::string_view records, std::optional<std::uint64_t> expected_length = std::nullopt,
                    const std::vector<Stamp> &stamps = {}) {
        const std::vector<risk_stamp> taken = stamps_of(stamps);
        risk_appended appended{};
        detail::check(risk_case_append(handle_.get(), detail::given(records), records.size(),
                                       expected_length ? &*expected_length : nullptr,
                                       taken.empty() ? nullptr : taken.data(), taken.size(), &appended));
        return Appended{appended.length, appended.added};
    }

    /// Erases, by law: appends a `payload_erased` record, and takes the payload of the record that it names out of the log.
    Appended erase(std::string_view record, std::optional<std::uint64_t> expected_length = std::nullopt,
                   std::optional<Stamp> stamp = std::nullopt) {
        risk_stamp taken{};
        if (stamp) {
            taken = stamp_of(*stamp);
        }
        risk_appended appended{};
        detail::check(risk_case_erase(handle_.get(), detail::given(record), record.size(),
                                      expected_length ? &*expected_length : nullptr, stamp ? &taken : nullptr,
                                      &appended));
        return Appended{appended.length, appended.added};
    }

    /// Seals a plain log, so that a later change to it shows: one stamp for each record.
    void seal(const std::vector<Stamp> &stamps) {
        const std::vector<risk_stamp> taken = stamps_of(stamps);
        detail::check(risk_case_seal(handle_.get(), taken.empty() ? nullptr : taken.data(), taken.size()));
    }

    /// The records after a position, as JSON Lines; 0: all.
    [[nodiscard]] std::string records(std::uint64_t after = 0) const {
        return detail::text_of(risk_case_records, get(), after);
    }

    /// The UUID of the case.
    [[nodiscard]] std::string id() const { return detail::text_of(risk_case_id, get()); }

    /// How many records the log has.
    [[nodiscard]] std::uint64_t length() const {
        std::uint64_t length = 0;
        detail::check(risk_case_length(get(), &length));
        return length;
    }

    /// The hash of the last record of a sealed log, to be kept elsewhere; empty for a plain one.
    [[nodiscard]] std::string head() const { return detail::text_of(risk_case_head, get()); }

    /// Whether a sealed log is as it was sealed; as risk::verify_records.
    std::string verify(std::optional<std::string_view> head = std::nullopt) const {
        return detail::text_of(risk_case_verify, get(), head ? detail::given(*head) : nullptr, head ? head->size() : 0);
    }

    /// What is at risk, and what must now be done.
    [[nodiscard]] Assessment assess(const Policy &policy, const Question &question) const {
        const Asked asked(question);
        risk_assessment *handle = nullptr;
        detail::check(risk_case_assess(get(), policy.get(), &asked.question, &handle));
        return Assessment(handle);
    }

    /// Why: each outcome with its rule, its source and its events, as JSON. `of`: an action's word or id, or a group; left
    /// out: whatever is open, and every level.
    [[nodiscard]] std::string explain(const Policy &policy, const Question &question,
                                      std::optional<std::string_view> of = std::nullopt) const {
        const Asked asked(question);
        return detail::text_of(risk_case_explain, get(), policy.get(), &asked.question,
                               of ? detail::given(*of) : nullptr, of ? of->size() : 0);
    }

    /// Why a rule did not fire, for each event that it listens to, as JSON.
    [[nodiscard]] std::string why_not(const Policy &policy, const Question &question, std::string_view rule) const {
        const Asked asked(question);
        return detail::text_of(risk_case_why_not, get(), policy.get(), &asked.question, detail::given(rule),
                               rule.size());
    }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_case *get() const noexcept { return handle_.get(); }

private:
    friend class Store;
    explicit Case(risk_case *handle) noexcept : handle_(handle) {}

    /// A question as the C library takes it: borrowed from the one that it was made from.
    struct Asked {
        explicit Asked(const Question &from) {
            question.size = sizeof question;
            place(from.at, question.at, question.at_text);
            if (from.known_at) {
                place(*from.known_at, question.known_at, question.known_at_text);
            }
            question.lens = detail::borrowed(from.lens);
            question.audience = detail::borrowed(from.audience);
            if (from.feeds) {
                for (const std::string &kind : *from.feeds) {
                    feeds.push_back(detail::borrowed(kind));
                }
                // A host that can deliver nothing says so: a list that is there, and empty.
                question.feeds = feeds.empty() ? &none : feeds.data();
                question.feeds_len = feeds.size();
            }
            question.cancel = from.cancel == nullptr ? nullptr : from.cancel->get();
        }
        Asked(const Asked &) = delete;
        Asked &operator=(const Asked &) = delete;

        static void place(const When &when, std::int64_t &microseconds, risk_str &text) {
            if (const Moment *moment = std::get_if<Moment>(&when)) {
                microseconds = moment->time_since_epoch().count();
                // 0 means that nothing was given.
                text = microseconds == 0 ? detail::borrowed("1970-01-01T00:00:00Z") : risk_str{};
            } else {
                text = detail::borrowed(std::get<std::string>(when));
            }
        }

        std::vector<risk_str> feeds{};
        risk_str none{};
        risk_question question{};
    };

    static risk_stamp stamp_of(const Stamp &from) noexcept {
        risk_stamp taken{};
        taken.appended_at = from.appended_at.time_since_epoch().count();
        for (std::size_t i = 0; i < from.salt.size(); ++i) {
            taken.salt[i] = from.salt[i];
        }
        return taken;
    }

    static std::vector<risk_stamp> stamps_of(const std::vector<Stamp> &from) {
        std::vector<risk_stamp> taken;
        taken.reserve(from.size());
        for (const Stamp &stamp : from) {
            taken.push_back(stamp_of(stamp));
        }
        return taken;
    }

    std::unique_ptr<risk_case, detail::Free> handle_;
};

/// How a store is opened. What is given for keys stands in risk.h (risk_store_key); it must not throw.
struct StoreOptions {
    /// A file, or a database as `postgres://USER@HOST/DATABASE?sslrootcert=PATH`; docs/store.md has all parameters.
    std::string place{};
    /// Whether to make the store where there is none.
    bool make{false};
    /// How long to wait for another writer; zero: ten seconds.
    std::chrono::milliseconds patience{0};
    /// Gives the key of each case; NULL: payloads are kept as they are.
    risk_store_key key{nullptr};
    /// What `key` is called with; it outlives the store.
    void *key_context{nullptr};
};

/// A person who reads an answer, and what for.
struct Reader {
    /// The host's own opaque id of the person.
    std::string id{};
    /// A word or a reference of the host's; empty: none.
    std::string purpose{};
};

/// What became of records that a store was given.
struct Stored {
    /// How many are new; the store had the others already.
    std::uint64_t added;
    /// Where the last one given stands in the log of its case, from 1.
    std::uint64_t position;
};

/// The logs of many cases, kept for good. `by`: the host's own software or who works with it, to be written down.
class Store {
public:
    /// Opens a store. Throws RISK_STORE_MISSING, RISK_BAD_STORE, RISK_STORE_UNREACHABLE and the like.
    [[nodiscard]] static Store open(const StoreOptions &from) {
        risk_store_options options{};
        options.size = sizeof options;
        options.make = from.make ? 1 : 0;
        options.place = detail::borrowed(from.place);
        options.patience_ms = from.patience.count() > 0 ? static_cast<std::uint64_t>(from.patience.count()) : 0;
        options.key = from.key;
        options.key_context = from.key_context;
        risk_store *handle = nullptr;
        detail::check(risk_store_open(&options, &handle));
        return Store(handle);
    }

    /// Another handle of the same open store, whose calls end early once `cancel` is requested: verify() and any other call throws
    /// RISK_CANCELLED soon, also where it waits for another writer, and changes nothing. This handle is not affected. The request
    /// may go before the handle.
    [[nodiscard]] Store with_cancel(const Cancel &cancel) const {
        risk_store *handle = nullptr;
        detail::check(risk_store_with_cancel(get(), cancel.get(), &handle));
        return Store(handle);
    }

    /// Appends records of one case or of several, as JSON Lines: all of them or none. They are kept when it returns.
    Stored append(std::string_view by, std::string_view records,
                  std::optional<std::uint64_t> expected_position = std::nullopt) {
        risk_stored stored{};
        detail::check(risk_store_append(handle_.get(), detail::given(by), by.size(), detail::given(records),
                                        records.size(), expected_position ? &*expected_position : nullptr, &stored));
        return Stored{stored.added, stored.position};
    }

    /// How a case stands for a reader. Throws RISK_EXCLUDED for one who is not shown it.
    [[nodiscard]] Assessment assess(const Policy &policy, const Reader &reader, std::string_view case_id,
                                    const Question &question) const {
        const Case::Asked asked(question);
        risk_reader who{};
        who.size = sizeof who;
        who.id = detail::borrowed(reader.id);
        who.purpose = detail::borrowed(reader.purpose);
        risk_assessment *handle = nullptr;
        detail::check(risk_store_assess(get(), policy.get(), &who, detail::given(case_id), case_id.size(),
                                        &asked.question, &handle));
        return Assessment(handle);
    }

    /// The whole log of a case, as a copy.
    [[nodiscard]] Case log(std::string_view by, std::string_view case_id) const {
        risk_case *handle = nullptr;
        detail::check(risk_store_case(get(), detail::given(by), by.size(), detail::given(case_id), case_id.size(),
                                      &handle));
        return Case(handle);
    }

    /// The records that came in after a place, at most so many, as JSON Lines of `place`, `case_id`, `position`, `record`.
    [[nodiscard]] std::string changes(std::string_view by, std::uint64_t after, std::uint64_t limit = 1000) const {
        return detail::text_of(risk_store_changes, get(), detail::given(by), by.size(), after, limit);
    }

    /// Says what the host calls a case; nothing: the case has none of that scheme any more.
    void identify(std::string_view by, std::string_view case_id, std::string_view scheme,
                  std::optional<std::string_view> identifier) {
        detail::check(risk_store_identify(handle_.get(), detail::given(by), by.size(), detail::given(case_id),
                                          case_id.size(), detail::given(scheme), scheme.size(),
                                          identifier ? detail::given(*identifier) : nullptr,
                                          identifier ? identifier->size() : 0));
    }

    /// The cases that an identifier stands for, as a JSON array.
    [[nodiscard]] std::string find(std::string_view scheme, std::string_view identifier) const {
        return detail::text_of(risk_store_find, get(), detail::given(scheme), scheme.size(),
                               detail::given(identifier), identifier.size());
    }

    /// What the store was told of a case, as JSON.
    [[nodiscard]] std::string facts(std::string_view case_id) const {
        return detail::text_of(risk_store_facts, get(), detail::given(case_id), case_id.size());
    }

    /// Says that a case is of the same person as another, under which it is answered from now on.
    void merge(std::string_view by, std::string_view from, std::string_view into) {
        detail::check(risk_store_merge(handle_.get(), detail::given(by), by.size(), detail::given(from), from.size(),
                                       detail::given(into), into.size()));
    }

    /// Says that it is of another person after all.
    void unmerge(std::string_view by, std::string_view from, std::string_view into) {
        detail::check(risk_store_unmerge(handle_.get(), detail::given(by), by.size(), detail::given(from), from.size(),
                                         detail::given(into), into.size()));
    }

    /// Says that a reader is not to be shown a case.
    void exclude(std::string_view by, std::string_view case_id, std::string_view reader) {
        detail::check(risk_store_exclude(handle_.get(), detail::given(by), by.size(), detail::given(case_id),
                                         case_id.size(), detail::given(reader), reader.size()));
    }

    /// Says that a reader may be shown a case again.
    void admit(std::string_view by, std::string_view case_id, std::string_view reader) {
        detail::check(risk_store_admit(handle_.get(), detail::given(by), by.size(), detail::given(case_id),
                                       case_id.size(), detail::given(reader), reader.size()));
    }

    /// Removes a payload by law, as a `payload_erased` record says; JSON, of which `scrubbed` is to be looked at.
    std::string erase(std::string_view by, std::string_view record) {
        return detail::text_of(risk_store_erase, handle_.get(), detail::given(by), by.size(), detail::given(record),
                               record.size());
    }

    /// The same, and keeps the payload apart as evidence.
    std::string restrict_to_evidence(std::string_view by, std::string_view record) {
        return detail::text_of(risk_store_restrict, handle_.get(), detail::given(by), by.size(), detail::given(record),
                               record.size());
    }

    /// Removes everything of a person by law, for good: `order` is JSON, `{"case_id":"…","by":"manager-7"}`, and `secret` that of Hmpps, or
    /// none (risk_store_erase_person()). JSON, of which `remains` and `scrubbed` are to be looked at.
    std::string erase_person(std::string_view by, std::string_view order,
                             std::optional<std::string_view> secret = std::nullopt) {
        return detail::text_of(risk_store_erase_person, handle_.get(), detail::given(by), by.size(), detail::given(order),
                               order.size(), secret ? reinterpret_cast<const std::uint8_t *>(detail::given(*secret)) : nullptr,
                               secret ? secret->size() : 0);
    }

    /// Who did what with a case, or with the store as a whole, as JSON Lines.
    [[nodiscard]] std::string journal(std::optional<std::string_view> case_id = std::nullopt) const {
        return detail::text_of(risk_store_journal, get(), case_id ? detail::given(*case_id) : nullptr,
                               case_id ? case_id->size() : 0);
    }

    /// Where every chain ends now, as text, to be kept elsewhere.
    [[nodiscard]] std::string checkpoint() const { return detail::text_of(risk_store_checkpoint, get()); }

    /// Whether every chain is what was kept, and goes on from a checkpoint, as JSON.
    [[nodiscard]] std::string verify(std::optional<std::string_view> checkpoint = std::nullopt) const {
        return detail::text_of(risk_store_verify, get(), checkpoint ? detail::given(*checkpoint) : nullptr,
                               checkpoint ? checkpoint->size() : 0);
    }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_store *get() const noexcept { return handle_.get(); }

private:
    friend class Hmpps;
    explicit Store(risk_store *handle) noexcept : handle_(handle) {}
    std::unique_ptr<risk_store, detail::Free> handle_;
};

/// What came of a delivery of the HMPPS estate.
struct Imported {
    /// The new records, as JSON Lines, to be appended all or none.
    std::string records{};
    /// What became of each message, as JSON (`risk-hmpps-import/1`).
    std::string report{};
};

/// Reads what HMPPS services send, and says what their registers should hold.
class Hmpps {
public:
    /// `options` is JSON, `{}` for none: `codes`, `case_map`, `erase`, `detail_hosts` (risk_hmpps_new()); `secret` is at least 32 bytes that nobody
    /// can guess, always the same. Throws RISK_BAD_SIZE, RISK_BAD_WORD for what cannot be used.
    [[nodiscard]] static Hmpps create(std::string_view options, std::string_view secret) {
        risk_hmpps *handle = nullptr;
        detail::check(risk_hmpps_new(detail::given(options), options.size(),
                                     reinterpret_cast<const std::uint8_t *>(detail::given(secret)), secret.size(),
                                     &handle));
        return Hmpps(handle);
    }

    /// Turns a delivery into records: `kind` is `messages`, `contacts` or `registrations`; `held` is what is on record already, as
    /// JSON Lines.
    [[nodiscard]] Imported import_beside(std::string_view kind, std::string_view delivery, std::string_view held = {}) const {
        detail::Buffer records, report;
        detail::check(risk_hmpps_import(get(), detail::given(kind), kind.size(),
                                        reinterpret_cast<const std::uint8_t *>(detail::given(delivery)), delivery.size(),
                                        detail::given(held), held.size(), records.out(), report.out()));
        return {records.text(), report.text()};
    }

    /// The same, straight into a store. Gives the report.
    std::string import_into(Store &store, std::string_view by, std::string_view kind, std::string_view delivery) const {
        return detail::text_of(risk_hmpps_import_into, get(), store.handle_.get(), detail::given(by), by.size(),
                               detail::given(kind), kind.size(),
                               reinterpret_cast<const std::uint8_t *>(detail::given(delivery)), delivery.size());
    }

    /// The changes of nDelius registers that an answer proposes, as a JSON array, for people to decide on.
    [[nodiscard]] std::string reconcile(const Assessment &answer) const {
        return detail::text_of(risk_hmpps_reconcile, get(), answer.get());
    }

    /// The recorded levels of an answer in the shape of the ARNS API, as JSON. Throws RISK_NO_VIEW.
    [[nodiscard]] static std::string rosh(const Assessment &answer) {
        return detail::text_of(risk_assessment_rosh, answer.get());
    }

    /// The handle, for a call of risk.h; still owned here. NULL after a move.
    [[nodiscard]] const risk_hmpps *get() const noexcept { return handle_.get(); }

private:
    explicit Hmpps(risk_hmpps *handle) noexcept : handle_(handle) {}
    std::unique_ptr<risk_hmpps, detail::Free> handle_;
};

} // namespace risk

#endif // RISK_HPP
