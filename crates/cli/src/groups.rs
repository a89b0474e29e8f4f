//! Who carries which case: a CSV file that the caller brings.

use std::collections::BTreeMap;

use risk_reports::workload::Assignment;
use uuid::Uuid;

use crate::failure::Failure;
use crate::input::Text;

const CASE: &str = "case_id";
const OFFICER: &str = "responsible_officer";

/// Each case with who holds it.
#[derive(Debug)]
pub struct Groups(BTreeMap<Uuid, Assignment>);

impl Groups {
    /// Reads the file; `by` is the column that groups cases.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be read, lacks a column, or names no case in a line; with the line.
    pub fn read(path: &str, by: Option<&str>) -> Result<Self, Failure> {
        let text = Text::read_file(path)?;
        let wrong = |line: u64, expected: String, found: String| Failure::Line {
            file: text.name.clone(),
            line,
            expected,
            found,
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.text.as_bytes());
        let headers =
            reader.headers().map_err(|e| wrong(1, "a line of column names".to_owned(), e.to_string()))?.clone();
        let place = |name: &str| {
            headers
                .iter()
                .position(|h| h == name)
                .ok_or_else(|| wrong(1, format!("a column `{name}`"), headers.iter().collect::<Vec<_>>().join(", ")))
        };
        let (case, officer, group) = (place(CASE)?, place(OFFICER)?, by.map(place).transpose()?);
        let mut holders = BTreeMap::new();
        for row in reader.records() {
            let row = row.map_err(|e| {
                let line = e.position().map_or(0, csv::Position::line);
                wrong(line, "as many fields as there are columns".to_owned(), "others".to_owned())
            })?;
            let line = row.position().map_or(0, csv::Position::line);
            let value = |place: usize| row.get(place).filter(|v| !v.is_empty()).map(ToOwned::to_owned);
            let id = value(case).and_then(|id| Uuid::parse_str(&id).ok());
            let id = id.ok_or_else(|| wrong(line, format!("a UUID in `{CASE}`"), "none".to_owned()))?;
            let holder = Assignment { officer: value(officer), group: group.and_then(value) };
            if holders.insert(id, holder).is_some() {
                return Err(wrong(line, "each case once".to_owned(), format!("{id} again")));
            }
        }
        Ok(Self(holders))
    }

    /// The holder of the case, if the file names one.
    #[must_use]
    pub fn holder(&self, case: Uuid) -> Assignment {
        self.0.get(&case).cloned().unwrap_or_default()
    }
}
