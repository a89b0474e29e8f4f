//! Facts and values written as conditions of the policy language, so that findings can be read and reproduced.

use super::region::Region;
use super::space::{Cells, Dimension, Space, bit};
use risk_core::policy::condition::Expression;
use risk_core::policy::fact::{Fact, level_names};
use risk_core::policy::fact_text::{fact_text, listed};
use risk_core::policy::model::{Atom, Policy, Test};

impl Space<'_> {
    /// A box as conditions: one for each fact that it bounds, in the order of the policy.
    pub(super) fn conditions(&self, region: &Region) -> Vec<String> {
        let bounded = self.dimensions.iter().enumerate().filter(|(place, d)| region.along(*place) != d.cells.all());
        bounded.map(|(place, d)| self.condition_text(d, region.along(place))).collect()
    }

    /// A comparison with the values of parameters on that day; an unset parameter is shown by its name.
    pub(super) fn atom_text(&self, atom: &Atom) -> String {
        let fact = self.policy.facts.get(atom.fact);
        let name = fact.map(|f| fact_text(f, self.policy)).unwrap_or_default();
        let words = |set: u64| {
            let words = self.words_of(atom.fact, set);
            if let [only] = words.as_slice() { (*only).to_owned() } else { listed(&words) }
        };
        match &atom.test {
            Test::Has(set) => format!("{name} has {}", words(*set)),
            Test::HasNone(set) => format!("not {name} has {}", words(*set)),
            Test::Compare(how, parameter) => match self.value(*parameter) {
                Some(value) => format!("{name} {how} {value}"),
                None => {
                    let id = self.policy.parameters.get(*parameter).map_or("", |p| p.id.as_str());
                    format!("{name} {how} param.{id}")
                }
            },
            Test::In(_) | Test::Between(..) | Test::Never(_) => {
                let own = self.dimensions.iter().find(|d| d.fact == atom.fact);
                own.map(|d| self.condition_text(d, self.cells(&d.cells, &atom.test))).unwrap_or_default()
            }
        }
    }

    fn condition_text(&self, dimension: &Dimension, cells: u128) -> String {
        let fact = self.policy.facts.get(dimension.fact);
        let name = fact.map(|f| fact_text(f, self.policy)).unwrap_or_default();
        match &dimension.cells {
            Cells::Words(words) => words_text(&name, words, cells),
            Cells::Levels => words_text(&name, level_names(), cells),
            Cells::Numbers(intervals, _) => {
                let never = if matches!(fact, Some(Fact::DaysSince { .. })) {
                    format!("{name} = never")
                } else {
                    format!("not {name} >= 0")
                };
                numbers_text(&name, intervals, cells, &never)
            }
            Cells::Has(set) => {
                let words: Vec<&str> = self.words_of(dimension.fact, *set);
                let words = if let [only] = words.as_slice() { (*only).to_owned() } else { listed(&words) };
                if cells == bit(0) { format!("not {name} has {words}") } else { format!("{name} has {words}") }
            }
        }
    }

    fn words_of(&self, fact: usize, set: u64) -> Vec<&'static str> {
        let Some(Fact::Event(field)) = self.policy.facts.get(fact) else { return vec![] };
        let super::space::Timing::On(kind) = self.timing else { return vec![] };
        let Some(field) = risk_core::policy::event_field(kind, *field) else { return vec![] };
        let words = field.domain.words().unwrap_or_default();
        words.iter().enumerate().filter(|(place, _)| u128::from(set) & bit(*place) != 0).map(|(_, w)| *w).collect()
    }
}

fn words_text(name: &str, words: &[&str], cells: u128) -> String {
    let part = |inside: bool| -> Vec<&str> {
        words.iter().enumerate().filter(|(place, _)| (cells & bit(*place) != 0) == inside).map(|(_, w)| *w).collect()
    };
    match (part(true).as_slice(), part(false).as_slice()) {
        ([only], _) => format!("{name} = {only}"),
        (_, [only]) => format!("{name} != {only}"),
        (inside, outside) if inside.len() <= outside.len() => format!("{name} in {}", listed(inside)),
        (_, outside) => format!("not {name} in {}", listed(outside)),
    }
}

fn numbers_text(name: &str, intervals: &[(u32, u32)], cells: u128, never: &str) -> String {
    let (least, greatest) = (intervals.first().map_or(0, |i| i.0), intervals.last().map_or(0, |i| i.1));
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (_, (low, high)) in intervals.iter().enumerate().filter(|(place, _)| cells & bit(*place) != 0) {
        match runs.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(*low) => last.1 = *high,
            _ => runs.push((*low, *high)),
        }
    }
    let run = |(low, high): (u32, u32)| match (low == least, high == greatest) {
        _ if low == high => format!("{name} = {low}"),
        (true, true) => format!("{name} >= {least}"),
        (true, false) => format!("{name} <= {high}"),
        (false, true) => format!("{name} >= {low}"),
        (false, false) => format!("({name} >= {low} and {name} <= {high})"),
    };
    let mut parts: Vec<String> = runs.into_iter().map(run).collect();
    if cells & bit(intervals.len()) != 0 {
        parts.push(never.to_owned());
    }
    parts.join(" or ")
}

/// A condition of the language in words; unchanged if it cannot be parsed.
pub(super) fn in_words(condition: &str, policy: &Policy) -> String {
    Expression::parse(condition).map_or_else(|_| condition.to_owned(), |e| crate::in_words::in_words(&e, policy))
}

#[cfg(test)]
mod tests {
    use super::numbers_text;

    #[test]
    fn adjacent_intervals_of_numbers_are_joined() {
        let text = |cells: u128| numbers_text("n", &[(0, 0), (1, 4), (5, 5), (6, 9)], cells, "never n");
        assert_eq!(text(0b00001), "n = 0");
        assert_eq!(text(0b00010), "(n >= 1 and n <= 4)");
        assert_eq!(text(0b00011), "n <= 4");
        assert_eq!(text(0b01100), "n >= 5");
        assert_eq!(text(0b01111), "n >= 0");
        assert_eq!(text(0b01001), "n = 0 or n >= 6");
        assert_eq!(text(0b10010), "(n >= 1 and n <= 4) or never n");
    }
}
