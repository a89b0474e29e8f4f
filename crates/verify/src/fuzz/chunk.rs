//! A chunk of inputs, tried in a separate process. A text that causes a panic, a stack overflow, excessive memory use
//! or an endless loop is then found by bisecting the chunk.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::mutate::mutated;
use super::seeds::{name, seeds, words};
use super::target::{Outcome, Target};
use crate::dice::Dice;

/// A chunk of inputs of one reader.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    /// The reader.
    pub target: Target,
    /// The seed of the inputs.
    pub seed: u64,
    /// The number of inputs.
    pub count: u64,
}

/// The chunks of a run, most of them for fast readers.
#[must_use]
pub fn chunks(target: Target, seed: u64, long: bool) -> Vec<Chunk> {
    let (ordinary, times, count) = match target {
        Target::Condition => (4, 25, 50_000),
        Target::Record => (4, 40, 25_000),
        Target::Log => (4, 20, 5_000),
        Target::Policy => (4, 25, 1_000),
        Target::Moment => (1, 10, 50_000),
    };
    let number = if long { ordinary * times } else { ordinary };
    (0..number).map(|n| Chunk { target, seed: seed.wrapping_mul(1_000_003).wrapping_add(n), count }).collect()
}

/// The time limit for reading one text.
const LONGEST_READING: Duration = Duration::from_secs(2);
/// The memory limit of a chunk in kilobytes.
const MOST_MEMORY: u64 = 512 * 1024;

impl Chunk {
    /// Tries the inputs in order and reports the outcome of each. An input with a new outcome is added to the texts
    /// that are mutated further.
    ///
    /// # Panics
    /// If a text violates an invariant or takes too long.
    pub fn run(self, mut each: impl FnMut(u64, &str, Option<&Outcome>)) {
        let mut pool = seeds(self.target);
        let words = words(&pool);
        let mut ways: BTreeSet<Outcome> = pool.iter().map(|text| self.target.check(text)).collect();
        let mut dice = Dice::new(self.seed);
        for n in 0..self.count {
            let text = mutated(&pool, &words, &mut dice);
            let began = Instant::now();
            let way = self.target.check(&text);
            assert!(began.elapsed() < LONGEST_READING, "it took {:?} to read", began.elapsed());
            let new = !ways.contains(&way);
            each(n, &text, new.then_some(&way));
            if new {
                ways.insert(way);
                if text.len() < 8192 {
                    pool.push(text);
                }
            }
        }
        let memory = memory().unwrap_or(0);
        assert!(memory < MOST_MEMORY, "it took {memory} kB of memory");
    }

    /// Input `n` of the chunk, which may be one that crashes the reader.
    #[must_use]
    pub fn input(self, n: u64) -> Option<String> {
        // Earlier inputs are read, because their outcomes determine what is mutated further; input `n` itself is not.
        let mut pool = seeds(self.target);
        let words = words(&pool);
        let mut ways: BTreeSet<Outcome> = pool.iter().map(|text| self.target.check(text)).collect();
        let mut dice = Dice::new(self.seed);
        for at in 0..=n {
            let text = mutated(&pool, &words, &mut dice);
            if at == n {
                return Some(text);
            }
            if ways.insert(self.target.check(&text)) && text.len() < 8192 {
                pool.push(text);
            }
        }
        None
    }

    /// Runs the chunk in another process and returns whether it succeeded.
    fn survives(self) -> std::io::Result<bool> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program)
            .args(["fuzz-chunk", &name(self.target), &self.seed.to_string(), &self.count.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let patience = LONGEST_READING * 10 + Duration::from_millis(20) * u32::try_from(self.count).unwrap_or(u32::MAX);
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.success());
            }
            if began.elapsed() > patience {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs the chunk and returns the first input that crashes its reader.
    ///
    /// # Errors
    /// If another process cannot be run.
    pub fn first_failure(self) -> std::io::Result<Option<String>> {
        if self.survives()? {
            return Ok(None);
        }
        let sound = last_sound(self.count, |count| Self { count, ..self }.survives())?;
        Ok(self.input(sound))
    }
}

/// The largest number of inputs that succeed together, given that not all `count` do.
fn last_sound(count: u64, mut survived: impl FnMut(u64) -> std::io::Result<bool>) -> std::io::Result<u64> {
    let (mut sound, mut broken) = (0, count);
    while broken - sound > 1 {
        let middle = sound + (broken - sound) / 2;
        if survived(middle)? {
            sound = middle;
        } else {
            broken = middle;
        }
    }
    Ok(sound)
}

/// The peak memory of this process in kilobytes; not available on every system.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::last_sound;

    #[test]
    fn the_first_input_that_is_not_survived_is_found() {
        for bad in 0..50 {
            assert_eq!(last_sound(50, |count| Ok(count <= bad)).unwrap(), bad);
        }
    }
}
