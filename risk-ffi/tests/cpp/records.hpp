// An invented case, and how to check.
#ifndef RECORDS_HPP
#define RECORDS_HPP

#include <iostream>
#include <string>
#include <string_view>

#include "risk.hpp"

inline int failures = 0;

inline void check(bool holds, const char *file, int line, const char *checked) {
    if (!holds) {
        ++failures;
        std::cerr << file << ':' << line << ": expected " << checked << '\n';
    }
}

#define CHECK(what) check((what), __FILE__, __LINE__, #what)

/// Whether a text has another in it.
inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The error with which something fails; a success is complained of.
template <typename Work> risk::Error error_of(Work work) {
    try {
        work();
    } catch (const risk::Error &error) {
        return error;
    }
    check(false, __FILE__, __LINE__, "an error");
    return risk::Error(RISK_OK, "", "");
}

/// Runs a test and says its name.
#define RUN(test) (std::cout << "   " #test << std::endl, test())

inline const std::string case_id = "10000000-0000-4000-8000-000000000000";

inline std::string record(std::string_view number, std::string_view at, std::string_view kind, std::string_view data) {
    std::string made = R"({"event_id":"10000000-0000-4000-8000-0000000000)";
    made.append(number).append(R"(","case_id":")").append(case_id).append(R"(","occurred_at":")").append(at);
    made.append(R"(","recorded_at":")").append(at).append(R"(","source":{"agency":"probation"},"kind":")").append(kind);
    return made.append(R"(","data":{)").append(data).append("}}\n");
}

inline const std::string started =
    record("01", "2018-01-08T10:00:00Z", "supervision_started",
           R"("sentence_id":"s1","sentence_type":"community_order","index_offence":"assault",)"
           R"("index_offence_is_domestic_abuse":"yes","sex":"male")");
inline const std::string call_out =
    record("02", "2018-02-03T23:10:00Z", "police_call_out",
           R"("persons":["p1"],"children_present":"unknown","outcome":"no_further_action")");

/// In the other file: the same header in another translation unit.
std::string digest_from_elsewhere();

#endif
