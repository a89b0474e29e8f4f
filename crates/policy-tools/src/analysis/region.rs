//! Sets of combinations of facts as unions of boxes, and the difference of boxes.

/// The most steps for one question. A question that needs more is reported as undecided.
pub(super) const MOST_STEPS: u32 = 1_000_000;

/// A box: for each dimension of a space, the cells that it includes, one bit each. No dimension is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region(Vec<u128>);

/// The question took more steps than [`MOST_STEPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Undecided;

impl Region {
    /// The box of these cells; `None` if it is empty.
    pub(super) fn new(cells: Vec<u128>) -> Option<Self> {
        cells.iter().all(|c| *c != 0).then_some(Self(cells))
    }

    /// The cells along one dimension.
    pub(super) fn along(&self, dimension: usize) -> u128 {
        self.0.get(dimension).copied().unwrap_or(0)
    }

    /// The same box with other cells along one dimension; `None` if there are none.
    pub(super) fn with(&self, dimension: usize, cells: u128) -> Option<Self> {
        let mut other = self.clone();
        if let Some(here) = other.0.get_mut(dimension) {
            *here = cells;
        }
        (cells != 0).then_some(other)
    }

    /// The intersection of both boxes.
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        Self::new(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Whether the other box includes this one.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.beyond(other) == 0
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & b != 0)
    }

    /// The number of dimensions along which this box extends beyond the other.
    fn beyond(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(a, b)| *a & !*b != 0).count()
    }

    /// A part of this box that none of the others includes; `None` if together they include all of it.
    pub(super) fn outside(&self, covers: &[&Self]) -> Result<Option<Self>, Undecided> {
        let mut steps = MOST_STEPS;
        self.search(covers, &mut steps)
    }

    fn search(&self, covers: &[&Self], steps: &mut u32) -> Result<Option<Self>, Undecided> {
        *steps = steps.checked_sub(1).ok_or(Undecided)?;
        let meeting: Vec<&Self> = covers.iter().copied().filter(|c| self.meets(c)).collect();
        // Subtracting the box that cuts along the fewest dimensions leaves the fewest pieces.
        let Some(nearest) = meeting.iter().copied().min_by_key(|c| self.beyond(c)) else {
            return Ok(Some(self.clone()));
        };
        let mut rest = self.clone();
        for dimension in 0..self.0.len() {
            let (here, there) = (rest.along(dimension), nearest.along(dimension));
            if let Some(piece) = rest.with(dimension, here & !there)
                && let Some(found) = piece.search(&meeting, steps)?
            {
                return Ok(Some(found));
            }
            match rest.with(dimension, here & there) {
                Some(within) => rest = within,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The box widened as far as possible within `limits` without meeting any of the others. Each bound that remains
    /// is necessary.
    pub(super) fn widened(&self, limits: &Self, others: &[&Self]) -> Self {
        let mut wide = self.clone();
        let free = |region: &Self| !others.iter().any(|o| region.meets(o));
        for dimension in 0..self.0.len() {
            let whole = limits.along(dimension);
            let single = (0..u128::BITS).filter_map(|n| 1_u128.checked_shl(n)).filter(|bit| bit & whole != 0);
            for cells in std::iter::once(whole).chain(single) {
                let wider = wide.with(dimension, wide.along(dimension) | cells);
                if let Some(wider) = wider.filter(&free) {
                    wide = wider;
                }
            }
        }
        wide
    }
}

/// A part of the first boxes that none of the others includes; `None` if there is none.
pub(super) fn outside(of: &[Region], covers: &[&Region]) -> Result<Option<Region>, Undecided> {
    for region in of {
        if let Some(found) = region.outside(covers)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A minimal subset of the items for which `shows` still holds, given that it holds for all of them.
pub(super) fn irreducible<T: Clone>(items: Vec<T>, shows: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut kept = items;
    let mut place = 0_usize;
    while place < kept.len() {
        let mut fewer = kept.clone();
        fewer.remove(place);
        if shows(&fewer) { kept = fewer } else { place = place.saturating_add(1) }
    }
    kept
}
