//! `cargo xtask calibration`: the calibration report, with the findings that people added to it.

use std::path::Path;
use std::{fs, io};

use crate::step::{Failure, cargo, printed};

const REPORT: &str = "docs/calibration.md";
/// From this line on, the report is written by people and kept unchanged.
const FINDINGS: &str = "## Findings";

/// Rewrites the report and keeps the findings.
pub fn write(root: &Path) -> Result<(), Failure> {
    let path = root.join(REPORT);
    let failed = |cause: io::Error| Failure::File { path: path.clone(), cause };
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed(e)),
    };
    let figures = printed(cargo(root).args([
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "risk-generate",
        "--example",
        "calibration",
        "--",
        "policies/england-wales",
    ]))?;
    fs::write(&path, with_findings(&figures, &before)).map_err(failed)?;
    println!("{REPORT} written");
    Ok(())
}

/// Combines new figures with the findings of the existing report.
fn with_findings(figures: &str, before: &str) -> String {
    let findings = before.find(FINDINGS).and_then(|from| before.get(from..)).unwrap_or(FINDINGS);
    format!("{}\n\n{}\n", figures.trim_end(), findings.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_figures_keep_what_people_found() {
        let before = "# Calibration\n\nold\n\n## Findings\n\nOne rule shouts.\n";
        let after = with_findings("# Calibration\n\nnew\n", before);
        assert_eq!(after, "# Calibration\n\nnew\n\n## Findings\n\nOne rule shouts.\n");
    }

    #[test]
    fn a_first_report_has_room_for_findings() {
        assert_eq!(with_findings("figures\n", ""), "figures\n\n## Findings\n");
    }
}
