// A police call-out reaches a case, and somebody reads what must now be done. Everybody in here is invented.
#include <iostream>
#include <string>

#include <risk.hpp>

namespace {

const std::string case_id = "70000000-0000-4000-8000-000000000000";

std::string record(const std::string &number, const std::string &at, const std::string &kind, const std::string &data) {
    return R"({"event_id":"70000000-0000-4000-8000-0000000000)" + number + R"(","case_id":")" + case_id +
           R"(","occurred_at":")" + at + R"(","recorded_at":")" + at +
           R"(","source":{"agency":"probation"},"kind":")" + kind + R"(","data":)" + data + "}\n";
}

// What the host has on file: the case of one supervised person, one record a line.
std::string on_file() {
    return record("01", "2018-01-08T10:00:00Z", "supervision_started",
                  R"({"sentence_id":"s1","sentence_type":"community_order","ends_on":"2019-01-07","index_offence":"assault",)"
                  R"("index_offence_is_domestic_abuse":"yes","sex":"male"})") +
           record("02", "2018-01-08T11:00:00Z", "person_identified",
                  R"({"person":"p1","group":"known_adult","relation":"partner","victim":"yes","in_household":"yes"})") +
           record("03", "2018-01-10T09:00:00Z", "person_identified",
                  R"({"person":"c1","group":"child","relation":"child","in_household":"yes"})");
}

} // namespace

int main() try {
    const risk::Policy policy = risk::Policy::embedded();
    const risk::Question this_morning("2018-02-05 09:30", "responsible_officer");

    risk::Case the_case = risk::Case::read(on_file());
    const risk::Assessment before = the_case.assess(policy, this_morning);

    the_case.append(record("04", "2018-02-05T08:40:00Z", "police_call_out",
                           R"({"persons":["p1"],"children_present":"yes","outcome":"no_further_action"})"));
    const risk::Assessment after = the_case.assess(policy, this_morning);

    std::cout << "WHAT THE CALL-OUT BRINGS\n\n" << before.told_to(after);
    std::cout << "\nWHAT MUST NOW BE DONE, AND WHY\n\n" << after.text(policy);

    try {
        the_case.append(record("05", "2018-02-05T09:00:00Z", "police_call_out", R"({"outcome":"nfa"})"));
    } catch (const risk::Error &refused) {
        std::cout << "\nREFUSED (" << refused.name() << "): " << refused.what() << '\n';
    }
    try {
        the_case.append(record("06", "2018-02-05T09:10:00Z", "appointment_attended", "{}"), 3);
    } catch (const risk::Error &refused) {
        std::cout << "REFUSED (" << refused.name() << "): " << refused.what() << '\n';
    }
    return 0;
} catch (const risk::Error &error) {
    std::cerr << error.name() << ": " << error.what() << '\n';
    return 1;
}
