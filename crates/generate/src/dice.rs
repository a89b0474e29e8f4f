//! Reproducible choices: the same seed and case give the same choices on every machine.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use uuid::{Builder, Uuid};

use crate::proportions::Share;

/// The random choices of one case.
///
/// Only the generator's raw numbers are used, which are stable across its versions. The mapping to choices is defined
/// here, so other versions give the same caseload.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The choices of a case. Each case has its own stream, so adding cases does not change others.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut numbers = ChaCha8Rng::seed_from_u64(seed);
        numbers.set_stream(case);
        Self(numbers)
    }

    /// A number from 0 to `n` - 1; 0 if `n` is 0. The distribution is uniform to one part in 2^32.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()).wrapping_mul(u64::from(n));
        u32::try_from(wide >> 32).unwrap_or_default()
    }

    /// A number from `least` to `most`, inclusive.
    pub(crate) fn between(&mut self, least: u32, most: u32) -> i64 {
        let width = most.saturating_sub(least).saturating_add(1);
        i64::from(least.saturating_add(self.below(width)))
    }

    /// Returns true in this share of cases.
    pub(crate) fn chance(&mut self, share: Share) -> bool {
        self.per_mille() < share.per_mille()
    }

    /// A number from 0 to 999.
    pub(crate) fn per_mille(&mut self) -> u32 {
        self.below(1000)
    }

    /// `first`, or one of `others`.
    pub(crate) fn pick<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        let places = u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1);
        let place = self.below(places).checked_sub(1).and_then(|p| usize::try_from(p).ok());
        place.and_then(|p| others.get(p)).copied().unwrap_or(first)
    }

    /// An id for a record or a case.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}
