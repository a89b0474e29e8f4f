//! Reproducible pseudo-random choices: the same seed gives the same choices.

/// A small pseudo-random generator (splitmix64). A generated record is shrunk by omitting it, or by reducing its seed
/// to 0.
pub struct Dice(u64);

impl Dice {
    /// A generator with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    #[allow(clippy::should_implement_trait, reason = "it never ends, so it is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// Returns true in `percent` of cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An element of a non-empty list.
    ///
    /// # Panics
    /// If the list is empty.
    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    /// Up to `most` elements of the list, each once, in order.
    pub fn some<T: Clone>(&mut self, list: &[T], most: u64) -> Vec<T> {
        let wanted = self.below(most + 1);
        let mut places: Vec<usize> =
            (0..wanted).map(|_| usize::try_from(self.below(list.len() as u64)).unwrap()).collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|p| list.get(p).cloned()).collect()
    }

    /// Shuffles the list.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, usize::try_from(self.below(last as u64 + 1)).unwrap());
        }
    }
}
