//! Measures two implementations in turn in one process, so that a disturbance of the machine affects both.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "figures for a reader, not for the engine")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a benchmark continues after the first pass through all samples.
const BUDGET: Duration = Duration::from_secs(20);

/// A comparison of two implementations.
pub struct Race<'a> {
    /// The benchmark's name, which begins its last line.
    pub name: &'a str,
    /// The unit of the figures, such as `ns/event`.
    pub unit: &'a str,
    /// The number of nanoseconds in the unit of time.
    pub nanoseconds: u32,
}

impl Race<'_> {
    /// Runs both over each sample in turn, each sample once and then again until the time is up, and prints the
    /// medians. `size` is the number of items in a sample. The order alternates with each sample, so that neither
    /// always finds the sample in the cache. The time includes dropping the result.
    pub fn run<S, A, B>(
        &self,
        samples: &[S],
        size: impl Fn(&S) -> usize,
        ours: impl Fn(&S) -> A,
        rival: impl Fn(&S) -> B,
    ) {
        let began = Instant::now();
        let (mut of_ours, mut of_rival) = (Vec::new(), Vec::new());
        for (turn, sample) in samples.iter().cycle().enumerate() {
            if turn >= samples.len() && began.elapsed() > BUDGET {
                break;
            }
            let per_thing = f64::from(self.nanoseconds) * size(sample) as f64;
            let us = || nanoseconds(&ours, sample) / per_thing;
            let them = || nanoseconds(&rival, sample) / per_thing;
            if turn % 2 == 0 {
                of_ours.push(us());
                of_rival.push(them());
            } else {
                of_rival.push(them());
                of_ours.push(us());
            }
        }
        let taken = of_ours.len();
        let (ours, rival) = (median(of_ours), median(of_rival));
        println!("{}: medians of {taken} interleaved runs of each", self.name);
        println!("{} ratio={:.2} ours={ours:.2} rival={rival:.2} unit={}", self.name, ours / rival, self.unit);
    }
}

/// The time of one run in nanoseconds.
fn nanoseconds<S, R>(work: impl Fn(&S) -> R, sample: &S) -> f64 {
    let began = Instant::now();
    drop(black_box(work(black_box(sample))));
    began.elapsed().as_nanos() as f64
}

/// The median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
