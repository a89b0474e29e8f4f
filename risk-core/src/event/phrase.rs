//! The field's terms as people write them.

/// Words that are not written in lower case, or not as they are spelt in data.
const WRITTEN: [(&str, &str); 16] = [
    ("bbr", "BBR"),
    ("childrens", "children's"),
    ("crc", "CRC"),
    ("dapo", "DAPO"),
    ("dash", "DASH"),
    ("dvds", "DVDS"),
    ("dvpo", "DVPO"),
    ("idva", "IDVA"),
    ("iom", "IOM"),
    ("mappa", "MAPPA"),
    ("marac", "MARAC"),
    ("nps", "NPS"),
    ("plw", "PLW"),
    ("rar", "RAR"),
    ("sara", "SARA"),
    ("tsp", "TSP"),
];

/// A term of the catalogue, as people write it: `childrens_social_care` is children's social care.
#[must_use]
pub fn phrase(term: &str) -> String {
    let word = |w: &str| WRITTEN.iter().find(|(data, _)| *data == w).map_or_else(|| w.to_owned(), |(_, p)| (*p).into());
    term.split('_').map(word).collect::<Vec<String>>().join(" ")
}
