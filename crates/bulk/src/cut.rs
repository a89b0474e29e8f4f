//! The stream of rows cut at case boundaries into pieces of work.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use uuid::Uuid;

use crate::columns::Columns;

/// How many rows a unit has at least, unless the input ends: small enough that a few units are little memory, large enough
/// that handing them over costs nothing.
pub(crate) const UNIT_ROWS: usize = 8192;

/// The most records that a case may have here: far more than a sentence makes, and few enough that one case neither fills the
/// memory nor keeps a thread for minutes (the fold takes longer for each record the more of them a case has).
pub(crate) const MOST_RECORDS: usize = 20_000;

/// Rows of one batch.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) columns: Arc<Columns>,
    pub(crate) rows: Range<usize>,
    /// The place of the batch's first row in the stream.
    pub(crate) first: u64,
}

/// Rows of one case, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// The case; none where the rows name none that could be.
    pub(crate) case_id: Option<Uuid>,
    pub(crate) rows: usize,
    /// Rows beyond [`MOST_RECORDS`]: counted, and not kept.
    pub(crate) beyond: usize,
    /// Whether records of this case stood in an earlier place, apart from these.
    pub(crate) again: bool,
}

/// Whole cases, to be folded by one thread.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) runs: Vec<Run>,
}

impl Unit {
    /// Every row: the columns it stands in, its place in them, and its place in the stream.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Arc<Columns>, usize, u64)> {
        self.pieces.iter().flat_map(|piece| {
            let place = |row: usize| piece.first.saturating_add(u64::try_from(row).unwrap_or(u64::MAX));
            piece.rows.clone().map(move |row| (&piece.columns, row, place(row)))
        })
    }
}

/// Takes batches and gives whole cases.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    unit: Unit,
    rows_in_unit: usize,
    /// The run that may go on in the next batch, and its last row.
    open: Option<OpenRun>,
    rows: u64,
    /// Sixteen bytes for each case that was begun.
    begun: HashSet<Uuid>,
}

#[derive(Debug)]
struct OpenRun {
    run: Run,
    columns: Arc<Columns>,
    row: usize,
}

impl OpenRun {
    /// Whether the row is of this case too.
    fn goes_on(&self, columns: &Columns, row: usize) -> bool {
        columns.case_id.same(row, &self.columns.case_id, self.row)
            || self.run.case_id.is_some_and(|case| columns.case_id.id(row) == Some(case))
    }

    /// Takes in a further row; gives whether it is kept.
    fn extend(&mut self, columns: &Arc<Columns>, row: usize) -> bool {
        self.row = row;
        if !Arc::ptr_eq(&self.columns, columns) {
            self.columns = Arc::clone(columns);
        }
        let kept = self.run.rows < MOST_RECORDS;
        let count = if kept { &mut self.run.rows } else { &mut self.run.beyond };
        *count = count.saturating_add(1);
        kept
    }
}

impl Cutter {
    /// Takes a batch; gives the units that are whole now.
    pub(crate) fn take(&mut self, columns: Columns) -> Vec<Unit> {
        let (columns, first) = (Arc::new(columns), self.rows);
        let mut units = Vec::new();
        let mut from = 0;
        for row in 0..columns.rows {
            if let Some(open) = self.open.as_mut().filter(|open| open.goes_on(&columns, row)) {
                if !open.extend(&columns, row) {
                    self.add(&columns, from..row, first);
                    from = row.saturating_add(1);
                }
                continue;
            }
            self.close();
            if self.rows_in_unit.saturating_add(row.saturating_sub(from)) >= UNIT_ROWS {
                self.add(&columns, from..row, first);
                from = row;
                units.push(self.cut());
            }
            let case_id = columns.case_id.id(row);
            let again = case_id.is_some_and(|id| !self.begun.insert(id));
            let run = Run { case_id, rows: 1, beyond: 0, again };
            self.open = Some(OpenRun { run, columns: Arc::clone(&columns), row });
        }
        self.add(&columns, from..columns.rows, first);
        self.rows = self.rows.saturating_add(u64::try_from(columns.rows).unwrap_or(u64::MAX));
        units
    }

    /// How many rows were taken.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// What is left when the input ends.
    pub(crate) fn end(&mut self) -> Option<Unit> {
        self.close();
        let unit = self.cut();
        (!unit.runs.is_empty()).then_some(unit)
    }

    fn close(&mut self) {
        self.unit.runs.extend(self.open.take().map(|open| open.run));
    }

    fn add(&mut self, columns: &Arc<Columns>, rows: Range<usize>, first: u64) {
        if !rows.is_empty() {
            self.rows_in_unit = self.rows_in_unit.saturating_add(rows.len());
            self.unit.pieces.push(Piece { columns: Arc::clone(columns), rows, first });
        }
    }

    fn cut(&mut self) -> Unit {
        self.rows_in_unit = 0;
        std::mem::take(&mut self.unit)
    }
}
