//! Suppression of small numbers in a table, and of numbers that would reveal them.

/// A row of a table; `None` is a suppressed number.
pub(super) type Row = Vec<Option<u64>>;

/// A row without suppressed numbers.
pub(super) fn row(cells: impl IntoIterator<Item = u64>) -> Row {
    cells.into_iter().map(Some).collect()
}

/// Suppresses each number from 1 to `below` - 1. In each row, the cell at `total` is the sum of the cells after it,
/// and a reader may know the sum of a column. If a single number is missing from such a sum, another is suppressed as
/// well: the smallest, preferably not a zero, and the row's total last.
pub(super) fn suppress(rows: &mut [Row], below: Option<u64>, total: usize) {
    let Some(below) = below else { return };
    for cell in rows.iter_mut().flatten() {
        *cell = cell.filter(|number| *number == 0 || *number >= below);
    }
    let columns = rows.first().map_or(0, Vec::len);
    loop {
        let missing = left_out(rows);
        for row in &mut *rows {
            let sum = row.iter_mut().enumerate().skip(total);
            complement(sum.map(|(column, cell)| (column == total, cell)).collect());
        }
        for column in 0..columns {
            complement(rows.iter_mut().filter_map(|row| row.get_mut(column)).map(|cell| (false, cell)).collect());
        }
        if left_out(rows) == missing {
            return;
        }
    }
}

fn left_out(rows: &[Row]) -> usize {
    rows.iter().flatten().filter(|cell| cell.is_none()).count()
}

/// If a single cell of a sum is missing, suppresses another. Each cell comes with whether it is the total.
fn complement(cells: Vec<(bool, &mut Option<u64>)>) {
    if cells.iter().filter(|(_, cell)| cell.is_none()).count() != 1 {
        return;
    }
    let shown = cells.into_iter().filter_map(|(is_total, cell)| Some(((is_total, *cell == Some(0), (*cell)?), cell)));
    if let Some((_, cell)) = shown.min_by_key(|(rank, _)| *rank) {
        *cell = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A row with one number outside the sum, then a total and its three parts.
    fn with_total([other, a, b, c]: [u64; 4]) -> Row {
        row([other, a.saturating_add(b).saturating_add(c), a, b, c])
    }

    #[test]
    fn a_small_number_and_the_next_smallest_of_its_sum_are_suppressed() {
        let mut rows = vec![with_total([40, 2, 9, 30])];
        suppress(&mut rows, Some(5), 1);
        assert_eq!(rows, [vec![Some(40), Some(41), None, None, Some(30)]]);
    }

    #[test]
    fn a_small_number_in_one_office_suppresses_one_of_another_office() {
        let mut rows = vec![row([3, 20]), row([50, 20]), row([8, 20])];
        suppress(&mut rows, Some(5), usize::MAX);
        assert_eq!(rows, [vec![None, Some(20)], vec![Some(50), Some(20)], vec![None, Some(20)]]);
    }

    #[test]
    fn nothing_is_suppressed_by_default() {
        let mut rows = vec![with_total([1, 2, 3, 4])];
        suppress(&mut rows, None, 1);
        assert_eq!(rows, [with_total([1, 2, 3, 4])]);
    }

    #[test]
    fn zeros_and_the_smallest_allowed_number_are_shown() {
        let mut rows = vec![with_total([5, 0, 5, 0])];
        suppress(&mut rows, Some(5), 1);
        assert_eq!(rows, [with_total([5, 0, 5, 0])]);
    }

    proptest! {
        #[test]
        fn shown_numbers_are_true_and_large_and_no_sum_reveals_a_suppressed_one(
            given in prop::collection::vec(prop::array::uniform4(0_u64..20), 1..5), below in 1_u64..12,
        ) {
            let full: Vec<Row> = given.into_iter().map(with_total).collect();
            let mut rows = full.clone();
            suppress(&mut rows, Some(below), 1);
            for (shown, is) in rows.iter().flatten().zip(full.iter().flatten()) {
                prop_assert!(shown.is_none() || shown == is);
                prop_assert!(shown.is_none_or(|n| n == 0 || n >= below));
            }
            for row in &rows {
                prop_assert_ne!(row.iter().skip(1).filter(|cell| cell.is_none()).count(), 1);
            }
            if rows.len() > 1 {
                for column in 0..5 {
                    prop_assert_ne!(rows.iter().filter(|row| row[column].is_none()).count(), 1);
                }
            }
        }
    }
}
